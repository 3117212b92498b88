import { expect, it } from 'vitest';
import { endpointFor } from '../../src/aws/files.ts';

const files = (section: Record<string, string>, services: Record<string, string> = {}) => ({
  profile: 'bg',
  config: { bg: section, 'services.s': services },
  profiles: {},
});

it.each([
  [{}, {}, { AWS_ENDPOINT_URL: 'localhost:4566' }, 'AWS_ENDPOINT_URL'],
  [{}, {}, { AWS_ENDPOINT_URL_EC2: 'http://', AWS_ENDPOINT_URL: 'http://a' }, 'AWS_ENDPOINT_URL_EC2'],
  [{ endpoint_url: 'not one' }, {}, {}, 'endpoint_url of profile bg'],
  [{ services: 's' }, { 'ec2.endpoint_url': 'ftp://a' }, {}, 'endpoint_url of EC2 in [services s]'],
])('refuses an invalid endpoint with its place: %j %j %j', (section, services, env, place) => {
  expect(() => endpointFor('EC2', files(section, services), env)).toThrow(
    expect.objectContaining({ kind: 'usage', message: expect.stringContaining('not an endpoint'), place }),
  );
});

it('an empty variable says nothing', () => {
  const env = { AWS_ENDPOINT_URL: '', AWS_ENDPOINT_URL_EC2: '' };
  expect(endpointFor('EC2', files({ endpoint_url: 'http://127.0.0.1:1' }), env)).toBe('http://127.0.0.1:1');
});
