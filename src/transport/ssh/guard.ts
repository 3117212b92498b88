import type { Duplex } from 'node:stream';

/** While this many bytes wait to be sent to a peer, nothing more is read of it: its data asks for answers. */
const MOST_UNSENT = 1024 * 1024;
/** Read at once; anything beyond is a flood, and is read in turns. */
const AT_ONCE = 1024 * 1024;
const LOOK_AGAIN_MS = 20;

/** Limits what one peer may send, so that it costs other targets neither memory nor time. */
export interface Guard {
  /** This many more bytes may come; one more, and `excess` is called. */
  allow(bytes: number): void;
  /** Another reader has the socket now, or it is closed. */
  end(): void;
}

/**
 * Counts what a peer sends from now on, and reads a flood in turns: after each piece other targets are served for
 * `share` times as long as the piece took.
 */
export function guardPeer(socket: Duplex, share: number, excess: () => void): Guard {
  let read = 0;
  let most = Number.POSITIVE_INFINITY;
  let pause: NodeJS.Timeout | undefined;

  const goOn = () => {
    if (socket.writableLength > MOST_UNSENT && !socket.destroyed) pause = later(goOn, LOOK_AGAIN_MS);
    else {
      pause = undefined;
      socket.resume();
    }
  };
  const onData = (chunk: Buffer) => {
    read += chunk.length;
    if (read > most) {
      most = Number.POSITIVE_INFINITY;
      excess();
      return;
    }
    if (read <= AT_ONCE && socket.writableLength <= MOST_UNSENT) return;
    const began = performance.now();
    // By then it has been read and answered.
    process.nextTick(() => {
      if (pause) return;
      socket.pause();
      pause = later(goOn, share * (performance.now() - began));
    });
  };
  socket.on('data', onData);
  return {
    allow(bytes) {
      most = read + bytes;
    },
    end() {
      socket.off('data', onData);
      clearTimeout(pause);
      // What is not read would be kept.
      if (pause) socket.resume();
    },
  };
}

function later(call: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(call, ms).unref();
}
