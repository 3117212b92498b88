import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { thisProcess } from '../../../src/base/holder.ts';
import { readControlFile, writeControlFile } from '../../../src/drill/process/control-file.ts';
import { serveControl } from '../../../src/drill/process/control-server.ts';
import { findLab } from '../../../src/drill/process/lab-process.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fireaxe-control-'));
});
afterAll(() => rm(dir, { recursive: true }));

function ask(port: number, method: string, path: string, token?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const req = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (res) => {
      res.resume().once('end', () => resolve(res.statusCode ?? 0));
    });
    req.once('error', reject).end();
  });
}

test('only the token gives access, and only a POST stops', async () => {
  let stopped = 0;
  const control = await serveControl({
    token: 'abc',
    status: () => ({ ok: true }),
    stop: () => {
      stopped++;
    },
  });
  expect(await ask(control.port, 'GET', '/status')).toBe(401);
  expect(await ask(control.port, 'POST', '/stop', 'abd')).toBe(401);
  expect(await ask(control.port, 'GET', '/stop', 'abc')).toBe(404);
  expect(stopped).toBe(0);
  expect(await ask(control.port, 'GET', '/status', 'abc')).toBe(200);
  expect(await ask(control.port, 'POST', '/stop', 'abc')).toBe(202);
  expect(stopped).toBe(1);
  control.close();
});

test('only its owner can read the token', async () => {
  const control = { process: thisProcess(new Date()), port: 2, token: 'secret', kit: '/k' };
  await writeControlFile(dir, control);
  expect((await stat(join(dir, 'control.json'))).mode & 0o777).toBe(0o600);
  expect(await readControlFile(dir)).toEqual(control);
});

test.each([
  // No process has this id: it is beyond what any system gives out.
  ['its process is gone', { pid: 2 ** 30 }],
  ['its process id is that of another one by now', { start: '1' }],
  ['the machine was booted since', { boot: 'before' }],
])('a dead lab does not count, and its files are removed: %s', async (_why, differs) => {
  const process = { ...thisProcess(new Date()), ...differs };
  await writeControlFile(dir, { process, port: 1, token: 't', kit: '/k' });
  expect(await findLab(dir)).toBeUndefined();
  expect(await readControlFile(dir)).toBeUndefined();
});

test('a lab that runs but does not answer is named with its process', async () => {
  await writeControlFile(dir, { process: thisProcess(new Date()), port: 1, token: 't', kit: '/k' });
  await expect(findLab(dir)).rejects.toThrow(`runs as process ${process.pid} but does not answer`);
});

test('a control file that is not JSON does not count', async () => {
  await writeFile(join(dir, 'control.json'), 'half a');
  expect(await findLab(dir)).toBeUndefined();
});
