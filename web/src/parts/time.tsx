import { useTexts } from '../texts/context.js';

/** An instant in the zone of the browser; UTC stands beside it for whoever points at it, and for programs. */
export function Time({
  at,
  from,
  isExact = false,
}: {
  readonly at: string;
  /** Of the stretch that ends here. */ readonly from?: string;
  /** To the second. */ readonly isExact?: boolean;
}) {
  const { f } = useTexts();
  return (
    <time dateTime={at} title={at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}>
      {isExact ? f.exact(at) : from === undefined ? f.moment(at) : f.until(at, from)}
    </time>
  );
}
