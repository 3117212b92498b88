import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { takeNarrowing } from '../../../src/cli/view/narrowing.ts';

function terminal(columns: number) {
  let written = '';
  const stream = Object.assign(new EventEmitter(), {
    columns,
    write: (text: string) => {
      written += text;
    },
  });
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    to(width: number) {
      written = '';
      stream.columns = width;
      stream.emit('resize');
      return written;
    },
  };
}

it('clears the rows that a narrower terminal has made of one', () => {
  const tty = terminal(120);
  const narrowing = takeNarrowing(tty.stream);
  narrowing.drawn([100, 10, 120]);
  // 100 and 120 columns are two rows each.
  expect(tty.to(60)).toBe('\u001b[2A\u001b[0J');
  expect(tty.to(60)).toBe('');
  narrowing.drawn([50, 10, 60]);
  expect(tty.to(200)).toBe('');
  expect(tty.to(199)).toBe('');
  narrowing.end();
  narrowing.drawn([199]);
  expect(tty.to(20)).toBe('');
});
