import { sipHash } from '../../event-id/sip-hash.as';
import { hexOf } from './bytes.as';
import { hexAt } from './layout.as';

/** Writes the digest of the message at `from` as sixteen digits and sixteen more bytes. Eight bytes behind the message are overwritten. */
export function digest(key: usize, from: usize, length: usize, to: usize): void {
  hexOf(i64x2.splat(sipHash(key, from, length)), v128.load(hexAt), to);
}
