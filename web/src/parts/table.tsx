import type { ReactNode, RefObject } from 'react';

/** A heading of a column, and how its cells stand. */
export type Head = readonly [name: string, kind?: 'number'];

interface TableProps {
  /** The id of the heading that names it, or its name where it is a landmark of the page. */
  readonly name: { readonly id: string } | { readonly label: string };
  readonly caption: ReactNode;
  readonly heads: readonly Head[];
  readonly className?: string;
  readonly body?: RefObject<HTMLTableSectionElement | null>;
  /** Its rows. */
  readonly children: ReactNode;
}

/** A table that scrolls by itself, with the keyboard too, where the page is narrower. */
export function Table({ name, caption, heads, className, body, children }: TableProps) {
  const named = 'id' in name ? { role: 'group', 'aria-labelledby': name.id } : { role: 'region', 'aria-label': name.label };
  return (
    <div className="scrolls" tabIndex={0} {...named}>
      <table className={className}>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {heads.map(([head, kind]) => (
              <th key={head} scope="col" className={kind}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>{children}</tbody>
      </table>
    </div>
  );
}
