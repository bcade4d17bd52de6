/**
 * What a read outside a column of numbers gives. Columns are typed arrays, whose reads the compiler takes for numbers or nothing; a place that the code has made is always inside.
 * Where tests run (`vigieInvariants`, scripts/testing) a read outside is an error with its place in the stack; elsewhere it is 0, as of an empty column, for a process that
 * stops over a count is worse than the count. It is asked only when there is nothing, so that it costs a read nothing.
 */
export function outside(): 0 {
  if ((globalThis as { readonly vigieInvariants?: boolean }).vigieInvariants === true)
    throw new RangeError('a column of numbers was read outside its length');
  return 0;
}
