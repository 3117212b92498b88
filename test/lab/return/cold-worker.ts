import { unit } from '../streams.ts';

export const SERVICE_PORT = 30080;

const IMAGES = ['shop', 'mesh', 'logs', 'mail'];

/**
 * A simulated kubelet with its runtime, on a machine without images. It asks for its pods once a second until an API server
 * answers; then it pulls their images, one after the other as a kubelet does by default, five requests each. A pull that is
 * answered 429 begins anew after the kubelet's back-off: 10 s, doubling to 300 s, and up to 15 s more until it looks again. The
 * service listens once all images are there. It logs as containerd and the kubelet do.
 */
const kubelet = `
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { get as getTls } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
const [api, registry, ...images] = process.argv.slice(2);
const cri = '/run/simulated-cri';
const pods = new Map(), pulls = new Map();
let errors = 0;
const status = (ask, url, options) => new Promise((done) => {
  const request = ask(url, { agent: false, ...options }, (response) => {
    response.resume().on('error', () => done(0)).on('end', () => done(response.statusCode));
  });
  request.on('timeout', () => request.destroy()).on('error', () => done(0));
});
const put = (name, text) => { writeFileSync(cri + '/.new', text); renameSync(cri + '/.new', cri + '/' + name); };
const tell = () => {
  put('pods', [...pods.keys()].map((pod) => pod + '\\n').join(''));
  const containers = [...pods].flatMap(([pod, since]) => since
    ? [{ id: pod + '-0', podSandboxId: pod, metadata: { attempt: 0, name: 'main' }, state: 'CONTAINER_RUNNING', createdAt: since + '000000' }]
    : []);
  put('containers.json', JSON.stringify({ containers }, null, 2) + '\\n');
};
async function pull(image) {
  console.log('level=info msg="PullImage \\\\"' + image + '\\\\""');
  for (let part = 0; part < 5; part++) {
    const code = await status(get, 'http://' + registry + '/v2/' + image + '/' + part, { timeout: 30_000 });
    if (code === 200) continue;
    const why = code === 429 ? 'unexpected status from GET request: 429 Too Many Requests' : 'i/o timeout';
    console.log('level=error msg="PullImage \\\\"' + image + '\\\\" failed" error="' + why + '"');
    console.log('"PullImage from image service failed" err="' + why + '" image="' + image + '"');
    return false;
  }
  console.log('level=info msg="PullImage \\\\"' + image + '\\\\" returns image reference \\\\"sha256:1\\\\""');
  return true;
}
createServer((request, response) => response.end('ok')).listen(10248, '127.0.0.1');
createServer((request, response) => response.end(
  'kubelet_runtime_operations_total{operation_type="version"} 1\\n' +
  'kubelet_runtime_operations_errors_total{operation_type="pull_image"} ' + errors + '\\n',
)).listen(10255, '127.0.0.1');
mkdirSync(cri, { recursive: true });
tell();
while (await status(getTls, 'https://' + api + ':6443/readyz', { rejectUnauthorized: false, timeout: 1000 }) !== 200) await wait(1000);
for (const image of images) {
  pods.set(image + '-pod', 0);
  pulls.set(image, { at: 0, next: 10_000 });
}
tell();
while (pulls.size > 0) {
  const [image, due] = [...pulls].sort(([, a], [, b]) => a.at - b.at)[0];
  await wait(Math.max(0, due.at - Date.now()));
  if (await pull(image)) {
    pulls.delete(image);
    pods.set(image + '-pod', Date.now());
    tell();
  } else {
    errors++;
    due.at = Date.now() + due.next + 15_000 * Math.random();
    due.next = Math.min(2 * due.next, 300_000);
  }
}
createServer((request, response) => response.end('served')).listen(${SERVICE_PORT}, '0.0.0.0');
`;

/** A simulated crictl: what the simulated kubelet says of its pods. */
const crictl = `#!/bin/sh
case " $* " in
  *' pods '*) exec cat /run/simulated-cri/pods ;;
  *' ps '*) exec cat /run/simulated-cri/containers.json ;;
esac
echo "crictl: not simulated here: $*" >&2
exit 1
`;

/** The files of a worker whose kubelet knows this API server and this registry; `startCommand` starts it. */
export function coldWorker(api: string, registry: string): Record<string, string> {
  const command = [process.execPath, '/opt/kubelet.mjs', api, registry, ...IMAGES].join(' ');
  return {
    '/opt/kubelet.mjs': kubelet,
    '/usr/local/bin/crictl': crictl,
    '/etc/systemd/system/kubelet.service': unit(command),
  };
}

export const startCommand = 'chmod +x /usr/local/bin/crictl && systemctl start kubelet';
