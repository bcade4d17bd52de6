/** How the values of a column lie in a Native block, as far as their lengths go. */
export type Layout =
  | { readonly kind: 'fixed'; readonly bytes: number }
  | { readonly kind: 'string' }
  | { readonly kind: 'nullable' | 'array' | 'dictionary'; readonly of: Layout }
  | { readonly kind: 'tuple'; readonly of: readonly Layout[] };

/** Reads the name of a type, such as `Array(Tuple(rule_id String, value UInt64))`; undefined for one whose layout is not known here. */
export function layoutOf(type: string): Layout | undefined {
  const [name, args] = partsOf(type);
  const first = args[0] ?? '';
  switch (name) {
    case 'String':
      return { kind: 'string' };
    case 'FixedString':
      return { kind: 'fixed', bytes: Number(first) };
    case 'Decimal':
      return { kind: 'fixed', bytes: decimalBytes(Number(first)) };
    case 'Nullable':
    case 'Array':
      return around(name === 'Array' ? 'array' : 'nullable', layoutOf(first));
    case 'LowCardinality':
      return around('dictionary', layoutOf(/^Nullable\((.*)\)$/s.exec(first)?.[1] ?? first));
    case 'SimpleAggregateFunction':
      return layoutOf(args[1] ?? '');
    case 'Tuple':
      return args.length === 0 ? { kind: 'fixed', bytes: 1 } : tuple(args.map(unnamed));
    case 'Map':
      return around('array', tuple(args));
    case 'Nested':
      return around('array', tuple(args.map(unnamed)));
    default: {
      const bytes = fixedBytes.get(name) ?? (name.startsWith('Interval') ? 8 : undefined);
      return bytes === undefined ? undefined : { kind: 'fixed', bytes };
    }
  }
}

function around(kind: 'nullable' | 'array' | 'dictionary', of: Layout | undefined): Layout | undefined {
  return of && { kind, of };
}

function tuple(types: readonly string[]): Layout | undefined {
  const of = types.map(layoutOf).filter((layout) => layout !== undefined);
  return of.length === types.length ? { kind: 'tuple', of } : undefined;
}

function decimalBytes(precision: number): number {
  if (precision <= 9) return 4;
  if (precision <= 18) return 8;
  return precision <= 38 ? 16 : 32;
}

/** `name Type` or `` `a name` Type `` or `Type` alone. */
function unnamed(element: string): string {
  return /^(?:`(?:[^`\\]|\\.|``)*`|\w+)\s+(.*)$/s.exec(element)?.[1] ?? element;
}

/** `Name(a, b(c, d))` as its name and its arguments. */
function partsOf(type: string): readonly [string, readonly string[]] {
  const open = type.indexOf('(');
  if (open < 0) return [type.trim(), []];
  const args: string[] = [];
  let [depth, from] = [0, open + 1];
  for (const token of type.slice(open + 1, -1).matchAll(/'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|[(),]/gs)) {
    if (token[0] === '(') depth += 1;
    if (token[0] === ')') depth -= 1;
    if (token[0] !== ',' || depth > 0) continue;
    args.push(type.slice(from, open + 1 + token.index).trim());
    from = open + 2 + token.index;
  }
  const last = type.slice(from, -1).trim();
  return [type.slice(0, open).trim(), last === '' ? args : [...args, last]];
}

/** Bytes of a value. `Nothing`, the type of NULL alone, is written as one byte. */
const fixedBytes: ReadonlyMap<string, number> = new Map(
  Object.entries({
    1: ['Int8', 'UInt8', 'Bool', 'Enum8', 'Nothing'],
    2: ['Int16', 'UInt16', 'Enum16', 'Date', 'BFloat16'],
    4: ['Int32', 'UInt32', 'Float32', 'Date32', 'DateTime', 'IPv4', 'Decimal32', 'Time'],
    8: ['Int64', 'UInt64', 'Float64', 'DateTime64', 'Decimal64', 'Time64'],
    16: ['Int128', 'UInt128', 'UUID', 'IPv6', 'Decimal128', 'Point'],
    32: ['Int256', 'UInt256', 'Decimal256'],
  }).flatMap(([bytes, names]) => names.map((name) => [name, Number(bytes)] as const)),
);
