import boot from '../../transport/boot.sh';
import type { Fragments } from '../compose.ts';
import apart from './common/apart.sh';
import apply from './common/apply.sh';
import clock from './common/clock.sh';
import deadline from './common/deadline.sh';
import has from './common/has.sh';
import identity from './common/identity.sh';
import lock from './common/lock.sh';
import main from './common/main.sh';
import proc from './common/proc.sh';
import receipt from './common/receipt.sh';
import result from './common/result.sh';
import room from './common/room.sh';
import start from './common/start.sh';
import systemd from './common/systemd.sh';
import text from './common/text.sh';
import tools from './common/tools.sh';
import undo from './common/undo.sh';
import within from './common/within.sh';
import words from './common/words.sh';
import write from './common/write.sh';
import crictl from './cri/crictl.sh';
import criPath from './cri/path.sh';
import dnsAsk from './dns/ask.sh';
import dnsCache from './dns/cache.sh';
import dnsCorefile from './dns/corefile.sh';
import dnsKubelet from './dns/kubelet.sh';
import dnsNames from './dns/names.sh';
import dnsPlaces from './dns/places.sh';
import dnsServers from './dns/servers.sh';
import etcd from './etcd/etcd.sh';
import etcdAlarms from './etcd/etcd-alarms.sh';
import etcdGet from './etcd/etcd-get.sh';
import armed from './firewall/armed.sh';
import byTool from './firewall/by-tool.sh';
import due from './firewall/due.sh';
import earlier from './firewall/earlier.sh';
import iptables from './firewall/iptables.sh';
import iptablesArmed from './firewall/iptables-armed.sh';
import iptablesBack from './firewall/iptables-back.sh';
import keep from './firewall/keep.sh';
import kept from './firewall/kept.sh';
import nft from './firewall/nft.sh';
import nftArmed from './firewall/nft-armed.sh';
import nftSets from './firewall/nft-sets.sh';
import sockets from './firewall/sockets.sh';
import socketsClose from './firewall/sockets-close.sh';
import stack from './firewall/stack.sh';
import systemdTimer from './firewall/systemd-timer.sh';
import timers from './firewall/timers.sh';
import wayIn from './firewall/way-in.sh';
import freeze from './freezer/freeze.sh';
import freezerPod from './freezer/pod.sh';
import act from './hold/act.sh';
import count from './hold/count.sh';
import lost from './hold/lost.sh';
import match from './hold/match.sh';
import none from './hold/none.sh';
import own from './hold/own.sh';
import pods from './hold/pods.sh';
import podsAs from './hold/pods-as.sh';
import podsNet from './hold/pods-net.sh';
import podsNetTable from './hold/pods-net-table.sh';
import podsNode from './hold/pods-node.sh';
import podsRead from './hold/pods-read.sh';
import podsSpared from './hold/pods-spared.sh';
import process from './hold/process.sh';
import unit from './hold/unit.sh';
import unitNever from './hold/unit-never.sh';
import unitRead from './hold/unit-read.sh';
import unitUndo from './hold/unit-undo.sh';
import unitWith from './hold/unit-with.sh';
import until from './hold/until.sh';
import watch from './hold/watch.sh';
import watching from './hold/watching.sh';
import answer from './kube/answer.sh';
import api from './kube/api.sh';
import certificate from './kube/certificate.sh';
import credentials from './kube/credentials.sh';
import listens from './kube/listens.sh';
import places from './kube/places.sh';
import send from './kube/send.sh';
import receiptsNotes from './receipts/notes.sh';
import receiptsOthers from './receipts/others.sh';
import receiptsTell from './receipts/tell.sh';

/** Every fragment of this folder by its path; one that no script needs fails a test (test/node/fragments.test.ts). */
export const library: Fragments = {
  'transport/boot': boot,
  'common/apart': apart,
  'common/apply': apply,
  'common/clock': clock,
  'common/deadline': deadline,
  'common/has': has,
  'common/identity': identity,
  'common/lock': lock,
  'common/main': main,
  'common/proc': proc,
  'common/receipt': receipt,
  'common/result': result,
  'common/room': room,
  'common/start': start,
  'common/systemd': systemd,
  'common/text': text,
  'common/tools': tools,
  'common/undo': undo,
  'common/within': within,
  'common/words': words,
  'common/write': write,
  'etcd/etcd-alarms': etcdAlarms,
  'dns/ask': dnsAsk,
  'dns/cache': dnsCache,
  'dns/corefile': dnsCorefile,
  'dns/kubelet': dnsKubelet,
  'dns/names': dnsNames,
  'dns/places': dnsPlaces,
  'dns/servers': dnsServers,
  'etcd/etcd-get': etcdGet,
  'cri/crictl': crictl,
  'cri/path': criPath,
  'etcd/etcd': etcd,
  'firewall/armed': armed,
  'firewall/by-tool': byTool,
  'firewall/due': due,
  'firewall/earlier': earlier,
  'firewall/iptables-armed': iptablesArmed,
  'firewall/iptables-back': iptablesBack,
  'firewall/iptables': iptables,
  'firewall/keep': keep,
  'firewall/kept': kept,
  'firewall/nft-armed': nftArmed,
  'firewall/nft-sets': nftSets,
  'firewall/nft': nft,
  'firewall/sockets-close': socketsClose,
  'firewall/sockets': sockets,
  'firewall/stack': stack,
  'firewall/systemd-timer': systemdTimer,
  'firewall/timers': timers,
  'firewall/way-in': wayIn,
  'freezer/freeze': freeze,
  'freezer/pod': freezerPod,
  'hold/act': act,
  'hold/count': count,
  'hold/lost': lost,
  'hold/match': match,
  'hold/none': none,
  'hold/own': own,
  'hold/pods-as': podsAs,
  'hold/pods-net-table': podsNetTable,
  'hold/pods-net': podsNet,
  'hold/pods-node': podsNode,
  'hold/pods-read': podsRead,
  'hold/pods-spared': podsSpared,
  'hold/pods': pods,
  'hold/process': process,
  'hold/unit-never': unitNever,
  'hold/unit-read': unitRead,
  'hold/unit-undo': unitUndo,
  'hold/unit-with': unitWith,
  'hold/unit': unit,
  'hold/until': until,
  'hold/watch': watch,
  'hold/watching': watching,
  'kube/answer': answer,
  'kube/api': api,
  'kube/certificate': certificate,
  'kube/credentials': credentials,
  'kube/listens': listens,
  'kube/places': places,
  'kube/send': send,
  'receipts/notes': receiptsNotes,
  'receipts/others': receiptsOthers,
  'receipts/tell': receiptsTell,
};

/** Where each node script begins: its operations and all that they need. */
export const COMMON = 'common/main';
