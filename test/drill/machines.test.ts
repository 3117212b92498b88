import { expect, test } from 'vitest';
import { machines, SYSTEM_POOL } from '../../src/drill/machines.ts';
import { SITE, siteOf } from '../../src/drill/site.ts';

const specs = (workers: number, seed = 1) => machines(SITE, workers, seed);

test('the seed alone decides the machines and their faults', () => {
  expect(specs(48)).toEqual(specs(48));
  const faults = (seed: number) => specs(48, seed).map((s) => s.fault);
  expect(faults(1)).not.toEqual(faults(2));
});

test('three control planes and the workers; no two share an address, a name or an id', () => {
  for (const workers of [12, 48, 300, 500]) {
    const all = specs(workers);
    expect(all.filter((s) => s.roles.includes('control-plane'))).toHaveLength(3);
    expect(all).toHaveLength(workers + 3);
    for (const key of ['name', 'address', 'instanceId', 'machineId'] as const) {
      expect(new Set(all.map((s) => s[key])).size).toBe(all.length);
    }
  }
});

test('the faults are on workers, and one zone is behind the bastion', () => {
  const all = specs(48);
  const faulty = all.filter((s) => s.fault);
  expect(faulty.every((s) => s.roles.includes('worker'))).toBe(true);
  expect(faulty.map((s) => s.fault).sort()).toEqual(
    ['changed-host-key', 'kex-hang', 'slow', 'ssm-dead', 'ssm-dead', 'ssm-dead', 'ssm-dead'].sort(),
  );
  expect(new Set(all.filter((s) => s.behindBastion).map((s) => s.zone))).toEqual(new Set([SITE.bastionZone]));
});

test("two workers are for the cluster's own pods, without a fault where some have none", () => {
  for (const workers of [6, 8, 12, 48]) {
    const all = specs(workers);
    const pool = all.filter(({ labels }) => labels.pool === SYSTEM_POOL);
    expect(pool).toHaveLength(2);
    const well = all.filter(({ roles, fault }) => roles.includes('worker') && !fault).length;
    expect(pool.filter(({ fault }) => !fault)).toHaveLength(Math.min(2, well));
  }
});

test('the clusters of a lab share no name, address or id, and only the first one has faults', () => {
  const all = [1, 2, 3, 6].flatMap((n) => machines(siteOf(n), 48, 1));
  for (const key of ['name', 'address', 'instanceId', 'machineId'] as const)
    expect(new Set(all.map((spec) => spec[key])).size).toBe(all.length);
  expect(all.slice(51).filter(({ fault }) => fault)).toEqual([]);
});
