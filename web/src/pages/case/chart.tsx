import type { Shape } from '../../api/answers.js';
import { useTexts } from '../../texts/context.js';
import '../../parts/chart.css';
import { geometryOf, type Mark, size } from '../../parts/curve-geometry.js';

/** The curve of a case. What it shows stands as a table and a list below it; `text` says it in a sentence. */
export function Chart({ shape, marks, text }: { readonly shape: Shape; readonly marks: readonly Mark[]; readonly text: string }) {
  const { f } = useTexts();
  const drawn = geometryOf(shape, marks);
  const ground = size.height - size.bottom;
  return (
    <div className="chart" role="group" aria-label={text} tabIndex={0}>
      <svg viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={text}>
        {drawn.patients.map(({ value, y }) => (
          <g key={value}>
            <line className="grid" x1={size.left} x2={size.width - size.right} y1={y} y2={y} />
            <text x={size.left - 8} y={y + 4} textAnchor="end">
              {f.number(value)}
            </text>
          </g>
        ))}
        {drawn.times.map(({ at, x }, place) => (
          <text
            key={at}
            x={x}
            y={ground + 20}
            textAnchor={place === 0 ? 'start' : place === drawn.times.length - 1 ? 'end' : 'middle'}
          >
            {f.clock(at)}
          </text>
        ))}
        <path className="area" d={drawn.area} />
        <path className="curve" d={drawn.line} />
        {drawn.marks.map(({ place, x }) => (
          <g key={place} className="mark">
            <line x1={x} x2={x} y1={size.top - 12} y2={ground} />
            <circle cx={markX(drawn.marks, place)} cy={size.top - 20} r="11" />
            <text x={markX(drawn.marks, place)} y={size.top - 15.5} textAnchor="middle">
              {place}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

/** Numbers of marks that lie close to each other stand side by side. */
function markX(marks: readonly { readonly place: number; readonly x: number }[], place: number): number {
  const apart = 24;
  let last = -Infinity;
  for (const mark of marks) {
    last = Math.max(mark.x, last + apart);
    if (mark.place === place) return Math.min(last, size.width - 12);
  }
  return 0;
}
