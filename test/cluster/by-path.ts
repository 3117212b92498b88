import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Small files of long tests: vitest begins with the larger files, and what takes half a minute must not begin last. */
const LONG = [
  'test/node/shellcheck.slow.test.ts',
  'test/simulate/simulate.slow.test.ts',
  'test/aws/policy.slow.test.ts',
  'test/cli/rollout/killed.slow.test.ts',
  'test/cli/drill/game-day/game-day.slow.test.ts',
  'test/cli/drill/game-day/killed.slow.test.ts',
];

/**
 * Orders the files of the cluster tier by path, so that `healthy` runs before `outage`; leaves the other tiers to vitest, but
 * for the files above, which begin first.
 */
export default class ByPath extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isCluster = (file: TestSpecification) => file.project.name === 'cluster';
    const others = await super.sort(files.filter((file) => !isCluster(file)));
    const cluster = files.filter(isCluster).sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
    const isLong = (file: TestSpecification) => LONG.some((path) => file.moduleId.endsWith(`/${path}`));
    return [...others.filter(isLong), ...others.filter((file) => !isLong(file)), ...cluster];
  }
}
