import type { Cluster } from './cluster.ts';

const KEPT = '/root/replaced';

/** Files of a machine that a test replaces. Hard links keep the originals, so that `restore` puts back the very same files. */
export class Replaced {
  readonly #cluster: Cluster;
  readonly #at: string;

  constructor(cluster: Cluster, at: string) {
    this.#cluster = cluster;
    this.#at = at;
  }

  async put(path: string, text: string): Promise<void> {
    const kept = `${KEPT}/${path.replaceAll('/', '%')}`;
    await this.#sh(
      `mkdir -p ${KEPT}
      if [ ! -e '${kept}' ] && [ ! -e '${kept}.none' ]; then
        if [ -e ${path} ]; then ln ${path} '${kept}'; else : >'${kept}.none'; fi
      fi
      (umask 77; cat >${KEPT}/new)
      mv ${KEPT}/new ${path}`,
      text,
    );
  }

  async edit(path: string, change: (text: string) => string): Promise<void> {
    const text = await this.#cluster.sh(this.#at, `cat ${path}`);
    const changed = change(text);
    if (changed === text) throw new Error(`${path} would not change`);
    await this.put(path, `${changed}\n`);
  }

  /** Also after a failure, and where nothing was replaced. */
  async restore(): Promise<void> {
    await this.#sh(
      `for kept in ${KEPT}/%*; do
        [ -e "$kept" ] || continue
        path=$(basename "$kept" .none | tr % /)
        case $kept in *.none) rm -f "$path" "$kept" ;; *) mv -f "$kept" "$path" ;; esac
      done
      rm -rf ${KEPT}`,
    );
  }

  async #sh(command: string, stdin = ''): Promise<void> {
    const ran = await this.#cluster.at(this.#at).sh(`set -e\n${command}`, { stdin });
    if (ran.code !== 0) throw new Error(`${this.#at}: ${ran.stderr}`);
  }
}
