import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Summary } from '../../api/answers.js';
import { useNow } from '../../live/clock.js';
import { useTexts } from '../../texts/context.js';
import type { Texts } from '../../texts/fr.js';
import type { Format } from '../../texts/format.js';
import { casePath } from '../../routes.js';

/** One of the five: how it is (`good`, `watch`, `bad`, `unknown`), what it says, and what stands below. */
interface Figure {
  readonly to: string;
  readonly mood: 'good' | 'watch' | 'bad' | 'unknown';
  readonly says: string;
  readonly more: ReactNode;
}

const signs = { good: '✓', watch: '!', bad: '◆', unknown: '?' } as const;

/** The line that answers in five seconds whether it happens, to how many, what must be done by when, and whether Vigie sees everything. */
export function Figures({ summary }: { readonly summary: Summary }) {
  const { t, f } = useTexts();
  const at = useNow();
  const all = [untaken, exposed, clock, feeds, books].map((figure) => figure(summary, t, f, at));
  return (
    <ul className="figures" aria-label={t.figures.label}>
      {all.map(({ to, mood, says, more }, place) => (
        <li key={place}>
          <Link href={to} className={`figure figure-${mood}`}>
            <span className="sign" aria-hidden="true">
              {signs[mood]}
            </span>
            <strong>{says}</strong>
            <span className="more">{more}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

type MakeFigure = (summary: Summary, t: Texts, f: Format, at: number) => Figure;

const untaken: MakeFigure = ({ cases }, { figures }, f, at) => {
  if (cases.not_taken === 0) {
    const more = cases.open > 0 ? figures.openCases(cases.open) : figures.noneOpen;
    return { to: '/', mood: 'good', says: figures.allTaken, more };
  }
  const more = cases.oldest_at === null ? '' : figures.oldest(f.span(at - Date.parse(cases.oldest_at)));
  return {
    to: '/?status=new',
    mood: cases.critical > 0 ? 'bad' : 'watch',
    says: figures.untaken(cases.not_taken, cases.critical),
    more,
  };
};

const exposed: MakeFigure = ({ patients }, { figures }) =>
  patients.open === null
    ? { to: '/', mood: 'watch', says: figures.spanning, more: figures.across(patients.clinics) }
    : patients.open === 0
      ? { to: '/', mood: 'good', says: figures.noExposed, more: '' }
      : {
          to: '/',
          mood: 'watch',
          says: figures.exposed(patients.open, patients.open_settled),
          more: figures.across(patients.clinics),
        };

const clock: MakeFigure = ({ nearest_clock: nearest }, { figures, clocks }, f, at) => {
  if (!nearest) return { to: '/', mood: 'good', says: figures.noClock, more: figures.noClockHint };
  const left = Date.parse(nearest.due_at) - at;
  const name = clocks[nearest.clock];
  const says = left >= 0 ? figures.clock(name, f.span(left)) : figures.clockOver(name, f.span(-left));
  const mood = left < 0 ? 'bad' : 'watch';
  return { to: casePath(nearest.case_id), mood, says, more: nearest.controller_id };
};

const feeds: MakeFigure = ({ feeds: seen }, { figures }, f, at) => {
  if (!seen) return { to: '/feeds', mood: 'unknown', says: figures.unknown, more: figures.unknownHint };
  if (seen.known === 0)
    return { to: '/feeds', mood: 'watch', says: figures.noFeed, more: figures.asOf(f.moment(seen.checked_at)) };
  const last = seen.last_received === null ? '' : figures.lastEvent(f.span(at - Date.parse(seen.last_received)));
  const age = seen.is_old ? ` (${figures.asOf(f.moment(seen.checked_at))})` : '';
  if (seen.quiet.length > 0) {
    const names = seen.quiet.slice(0, 3).map(({ source }) => source);
    return { to: '/feeds', mood: 'watch', says: figures.quiet(seen.quiet.length), more: figures.quietList(names) + age };
  }
  return { to: '/feeds', mood: seen.is_old ? 'unknown' : 'good', says: figures.alive(seen.known), more: last + age };
};

const books: MakeFigure = ({ feeds: seen }, { figures }, f) => {
  if (!seen) return { to: '/books', mood: 'unknown', says: figures.unknown, more: figures.unknownHint };
  const more = `${figures.aside(seen.set_aside_day)}, ${figures.asOf(f.moment(seen.checked_at))}`;
  return { to: '/books', mood: seen.set_aside_day > 0 ? 'watch' : 'good', says: figures.kept(seen.events_day), more };
};
