import { readFile } from 'node:fs/promises';
import { usage } from '../../base/errors.ts';
import { form, RELEASE_KEY } from '../../base/form.ts';
import { systemWords } from '../../base/system-error.ts';
import { VERSION } from '../../base/version.ts';
import { EXIT } from '../exit-codes.ts';
import { toggle, value } from '../option.ts';
import { createSink } from '../output.ts';
import { defineVerb } from '../types.ts';

const NOTES = `
A release is signed (ed25519). The key is part of the program, so compare its fingerprint with the one that you know, or
bring the key: whoever changes the program can also change what it says of itself. docs/install.md has the commands that
check a file before it runs.
Exit 3 if it is not signed, 7 if something was changed.`;

export default defineVerb({
  name: 'version',
  summary: 'Show the version, and check its own files',
  examples: [
    'fireaxe version',
    'fireaxe version --verify',
    'fireaxe version --verify --key fireaxe.pub      # a key that you have from elsewhere',
    'fireaxe version --output json',
  ],
  danger: 'read',
  options: {
    verify: toggle('--verify', 'compare its own files with the signed sums of the release'),
    key: value('--key <file>', 'public key in PEM', { default: 'the one in the program' }),
  },
  notes: NOTES,
  async run(_args, flags, io) {
    const sink = createSink(io, flags);
    if (flags.key !== undefined && !flags.verify)
      throw usage('--key has no effect without --verify', { place: '--key', next: 'add --verify' });
    const { fingerprint } = await import('../../base/own-files/sums.ts');
    const key = flags.key === undefined ? RELEASE_KEY : await keyIn(flags.key);
    const told = {
      version: VERSION,
      form: form(),
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      key: key === '' ? null : fingerprint(key),
    };
    sink.text(`fireaxe ${VERSION}`);
    sink.text(`form      ${told.form} for ${told.platform}, Node ${told.node}`);
    sink.text(`signed by ${told.key ?? 'nobody: a development build'}`);
    if (!flags.verify) {
      sink.json(told);
      return EXIT.done;
    }
    const { checkOwnFiles, ownPlace } = await import('../../base/own-files/check.ts');
    const files = await checkOwnFiles(ownPlace(), told.form, key);
    for (const problem of files.problems) sink.text(`          ${problem}`);
    sink.text(`files     ${WORDS[files.state]}: ${files.place}`);
    sink.json({ ...told, files });
    return { intact: EXIT.done, unsigned: EXIT.targets, changed: EXIT.guard }[files.state];
  },
});

const WORDS = { intact: 'intact', changed: 'CHANGED', unsigned: 'not signed' };

async function keyIn(path: string): Promise<string> {
  const { createPublicKey } = await import('node:crypto');
  const wrong = (why: string, cause: unknown) =>
    usage(`cannot read the key: ${why}`, { place: path, cause, expected: 'a public ed25519 key in PEM' });
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw wrong(systemWords(cause), cause);
  });
  try {
    if (createPublicKey(text).asymmetricKeyType === 'ed25519') return text;
  } catch (cause) {
    throw wrong('not a key', cause);
  }
  throw wrong('of another type', undefined);
}
