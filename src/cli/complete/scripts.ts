import bash from './fireaxe.bash';
import fish from './fireaxe.fish';
import zsh from './fireaxe.zsh';

/** What a shell reads, by its name. */
export const SCRIPTS = { bash, zsh, fish };
