/**
 * A handler for events of one peer. What it throws would end the process, or be lost in a library:
 * it becomes the end of that peer's target alone.
 */
export function guarded<A extends unknown[]>(
  fail: (error: unknown) => void,
  handle: (...args: A) => void,
): (...args: A) => void {
  return (...args) => {
    try {
      handle(...args);
    } catch (error) {
      fail(error);
    }
  };
}
