import { afterEach, expect, it, vi } from 'vitest';
import { withOurKeys } from '../../src/aws/errors.ts';
import { inKit } from '../../src/kit/in-kit.ts';
import { kitPath } from '../../src/kit/locate.ts';
import { closed } from '../../src/kit/permissions.ts';
import { stateDir } from '../../src/kit/state-dir.ts';

afterEach(() => vi.unstubAllEnvs());

it('refuses keys of another user as unusable credentials, not as a bug', () => {
  const cause = Object.assign(new Error('EACCES'), { code: 'EACCES', path: '/kit/my keys' });
  expect(closed(cause)).toMatchObject({
    kind: 'credentials',
    place: '/kit/my keys',
    next: "ls -ld '/kit/my keys'",
  });
  const other = Object.assign(new Error('EIO'), { code: 'EIO', path: '/kit' });
  expect(closed(other)).toBe(other);
});

it('an empty HOME does not open a kit that lies wherever we stand', () => {
  vi.stubEnv('HOME', '');
  expect(kitPath(undefined, { HOME: '' })).toMatch(/^\/.*\.config\/fireaxe\/kit$/);
  expect(stateDir(undefined, { HOME: '' })).toMatch(/^\/.*\.local\/state\/fireaxe$/);
  expect(inKit('/kit', '~/.ssh/id')).toMatch(/^\/.*\/\.ssh\/id$/);
});

it("a command of AWS's own tool has the keys of the kit", () => {
  const profile = { profile: 'bg', region: 'us-west-2', configFile: '/kit/aws/config' };
  expect(withOurKeys('aws ec2 describe-tags --region us-west-2', profile)).toBe(
    'AWS_CONFIG_FILE=/kit/aws/config aws ec2 describe-tags --region us-west-2 --profile bg',
  );
  expect(withOurKeys('aws sts get-caller-identity', profile)).toMatch(/--profile bg --region us-west-2$/);
});
