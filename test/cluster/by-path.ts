import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Orders the files of the cluster tier by path, so that `healthy` runs before `outage`; leaves the other tiers to vitest. */
export default class ByPath extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isCluster = (file: TestSpecification) => file.project.name === 'cluster';
    const others = await super.sort(files.filter((file) => !isCluster(file)));
    const cluster = files.filter(isCluster).sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
    return [...others, ...cluster];
  }
}
