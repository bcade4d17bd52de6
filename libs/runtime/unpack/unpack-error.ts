/** Packed bytes that cannot be read to their end: damaged, cut off, with something else behind them, or over a limit. */
export class UnpackError extends Error {
  override readonly name = 'UnpackError';

  constructor(
    readonly reason: 'damaged' | 'cut_off' | 'junk_behind' | 'too_many_frames' | 'too_large',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a decoder of `node:zlib` said, in our words; whatever else went wrong comes back as it is. */
export function unpackErrorOf(cause: unknown, encoding: string): unknown {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  if (code === 'ERR_BUFFER_TOO_LARGE') return new UnpackError('too_large', `the ${encoding} is too large unpacked`, { cause });
  if (code === 'Z_BUF_ERROR') return new UnpackError('cut_off', `the ${encoding} is cut off`, { cause });
  return /^(Z_|ZSTD_|ERR_)/.test(code)
    ? new UnpackError('damaged', `this is no ${encoding}, or a damaged one (${code})`, { cause })
    : cause;
}
