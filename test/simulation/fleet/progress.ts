/** Says how far long work is, on a terminal alone. */
export function progressOf(stream: NodeJS.WriteStream): {
  readonly say: (text: string) => void;
  readonly end: () => void;
} {
  if (!stream.isTTY) return { say: () => undefined, end: () => undefined };
  let saidAt = 0;
  return {
    say: (text) => {
      const now = performance.now();
      if (now - saidAt < 200) return;
      saidAt = now;
      stream.write(`\r\u001b[K${text}`);
    },
    end: () => stream.write("\r\u001b[K"),
  };
}
