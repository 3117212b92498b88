import coldStart from '../../playbooks/cold-start.yaml';
import controlPlaneLockout from '../../playbooks/control-plane-lockout.yaml';
import etcdNospace from '../../playbooks/etcd-nospace.yaml';
import evacuateCluster from '../../playbooks/evacuate-cluster.yaml';
import fenceApiserver from '../../playbooks/fence-apiserver.yaml';
import scaleApiserver from '../../playbooks/scale-apiserver.yaml';
import shedLoad from '../../playbooks/shed-load.yaml';
import throttleOffender from '../../playbooks/throttle-offender.yaml';

/** The playbooks inside this file of Fireaxe, by name: they need no disk. */
export const SHIPPED: Readonly<Record<string, string>> = {
  'cold-start': coldStart,
  'control-plane-lockout': controlPlaneLockout,
  'etcd-nospace': etcdNospace,
  'evacuate-cluster': evacuateCluster,
  'fence-apiserver': fenceApiserver,
  'scale-apiserver': scaleApiserver,
  'shed-load': shedLoad,
  'throttle-offender': throttleOffender,
};
