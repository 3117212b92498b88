import { expect, it } from 'vitest';
import { sshReason } from '../../src/transport/openssh/reasons.ts';

const CHANGED = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
It is also possible that a host key has just been changed.
Please contact your system administrator.
Offending ED25519 key in /kit/known_hosts:3
  remove with:
  ssh-keygen -f "/kit/known_hosts" -R "[10.0.0.1]:22"
Host key for [10.0.0.1]:22 has changed and you have requested strict checking.
Host key verification failed.
`;

it('a changed host key is named with its line, without the advice to remove it', () => {
  const { code, message, next } = sshReason(CHANGED, undefined);
  expect(code).toBe('host-key-changed');
  expect(message).not.toMatch(/ssh-keygen|remove with/);
  expect(message).toContain(
    'Offending ED25519 key in /kit/known_hosts:3; Host key for [10.0.0.1]:22 has changed',
  );
  expect(next).toContain('compare the fingerprint over another channel');
});

it('every word about a host key has a next step', () => {
  for (const said of ['Host key verification failed.', 'Host key 10.0.0.1 is marked as revoked']) {
    expect(sshReason(said, undefined).next).toBeTruthy();
  }
});

it.each([
  ['Certificate invalid: expired', 'host-cert'],
  ['Certificate contains unsupported critical options(s)', 'host-cert'],
  ['Host key ED25519-CERT SHA256:iRfK revoked by file /kit/revoked', 'host-key-revoked'],
])('%s: %s', (said, code) => {
  const { message, ...reason } = sshReason(`${said}\nHost key verification failed.`, undefined);
  expect(reason).toEqual({ code, next: expect.any(String) });
  expect(message).toContain(said);
});

it('tells a dead machine from a slow one: only the second is worth another try', () => {
  const dead = 'ssh: connect to host 10.0.0.1 port 22: Connection timed out';
  expect(sshReason(dead, undefined)).toMatchObject({ code: 'connect-timeout', phase: 'tcp' });
  const slow = 'Connection timed out during banner exchange\nConnection to 10.0.0.1 port 22 timed out';
  expect(sshReason(slow, undefined).phase).toBeUndefined();
  expect(sshReason(slow, undefined).code).toBe('connect-timeout');
});
