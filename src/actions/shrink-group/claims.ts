import type { CloudProfile } from '../../kit/types.ts';
import type { Refusal } from '../cloud/side.ts';

/** The machines of a group that this process takes out: AWS shows its own tags seconds late, and a dry run sets none. */
export class Claims {
  readonly #ids = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  /** One machine after another: counted with those before it, and claimed unless the count refuses it. */
  claim(
    id: string,
    count: (claimed: string[]) => Promise<Refusal | undefined>,
  ): Promise<Refusal | undefined> {
    const mine = this.#turn.then(async () => {
      const refusal = await count(this.others(id));
      if (!refusal) this.#ids.add(id);
      return refusal;
    });
    this.#turn = mine.catch(() => {});
    return mine;
  }

  others(id: string): string[] {
    return [...this.#ids].filter((other) => other !== id);
  }

  release(id: string): void {
    this.#ids.delete(id);
  }
}

/** Those of one group, which the machines of a run share. */
export function claimsOf(
  shared: Map<string, unknown>,
  { profile = '', region }: CloudProfile,
  group: string,
): Claims {
  const key = `claims of scaling group ${group} of ${profile} in ${region}`;
  const claims = (shared.get(key) as Claims | undefined) ?? new Claims();
  shared.set(key, claims);
  return claims;
}
