import { useLayoutEffect, useRef } from 'react';
import { roundStep } from './curve-geometry.js';
import { useTexts } from '../texts/context.js';
import './chart.css';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Drawn apart from the others, by colour and by a sign above it. */
  readonly isNow: boolean;
}

interface BarsProps {
  readonly bars: readonly Bar[];
  /** Heights that say what is usual. */
  readonly levels: readonly { readonly value: number; readonly text: string }[];
  /** Every so many bars have their name below. */
  readonly namedEvery: number;
  /** What it shows, in a sentence; the same stands in a table beside it. */
  readonly text: string;
}

const size = { width: 960, height: 260, left: 64, right: 16, top: 26, bottom: 32 } as const;
const ticks = 4;

/** Bars beside each other, with what is usual as lines across. */
export function Bars({ bars, levels, namedEvery, text }: BarsProps) {
  const { f } = useTexts();
  const most = Math.max(1, ...bars.map(({ value }) => value), ...levels.map(({ value }) => value));
  const step = Math.max(1, roundStep(most / ticks));
  const top = Math.ceil(most / step) * step;
  const ground = size.height - size.bottom;
  const width = (size.width - size.left - size.right) / bars.length;
  const yOf = (value: number) => ground - (value / top) * (ground - size.top);
  const xOf = (place: number) => size.left + place * width;
  const box = useRef<HTMLDivElement>(null);
  const lastNow = bars.findLastIndex(({ isNow, value }) => isNow && value > 0);
  const end = lastNow < 0 ? size.width : xOf(lastNow + 1) + size.right;
  // Where the whole is wider than the page, what is now is looked for, and lies at the end.
  useLayoutEffect(() => {
    const { current } = box;
    if (current) current.scrollLeft = (end / size.width) * current.scrollWidth - current.clientWidth;
  }, [end]);
  return (
    <div className="chart" role="group" aria-label={text} tabIndex={0} ref={box}>
      <svg viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={text}>
        {Array.from({ length: Math.round(top / step) + 1 }, (_, place) => place * step).map((value) => (
          <g key={value}>
            <line className="grid" x1={size.left} x2={size.width - size.right} y1={yOf(value)} y2={yOf(value)} />
            <text x={size.left - 8} y={yOf(value) + 4} textAnchor="end">
              {f.number(value)}
            </text>
          </g>
        ))}
        {bars.map(({ name, value, isNow }, place) => (
          <g key={name}>
            {value > 0 && (
              <rect
                className={isNow ? 'bar bar-now' : 'bar'}
                x={xOf(place) + width * 0.12}
                width={width * 0.76}
                y={yOf(value)}
                height={ground - yOf(value)}
              />
            )}
            {isNow && value > 0 && (
              <text
                className="level-text"
                x={Math.min(xOf(place) + width / 2, size.width - 30)}
                y={yOf(value) - 6}
                textAnchor="middle"
              >
                {f.number(value)}
              </text>
            )}
            {place % namedEvery === 0 && (
              <text x={xOf(place) + width / 2} y={ground + 20} textAnchor={place === 0 ? 'start' : 'middle'}>
                {name}
              </text>
            )}
          </g>
        ))}
        {levels.map(({ value }, place) => (
          <line
            key={place}
            className={`level-line level-line-${place}`}
            x1={size.left}
            x2={size.width - size.right}
            y1={yOf(value)}
            y2={yOf(value)}
          />
        ))}
      </svg>
      {levels.length > 0 && (
        <p className="legend">
          {levels.map(({ text: says }, place) => (
            <span key={says}>
              <svg width="28" height="8" aria-hidden="true" className="sign">
                <line className={`level-line level-line-${place}`} x1="0" x2="28" y1="4" y2="4" />
              </svg>{' '}
              {says}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}
