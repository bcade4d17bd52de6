import { useState } from 'react';
import type { TimelineLine } from '../../api/answers.js';
import { useTimeline } from '../../api/queries.js';
import { Block } from '../../parts/block.js';
import { Table } from '../../parts/table.js';
import { Time } from '../../parts/time.js';
import { useTexts } from '../../texts/context.js';
import type { Texts } from '../../texts/fr.js';

const kinds = ['all', 'people', 'machine'] as const;
type Kind = (typeof kinds)[number];

/** Who did what when: changes of the scorer and actions of people in one list, the newest first. */
export function TimelinePart({ id }: { readonly id: string }) {
  const { t } = useTexts();
  const [kind, setKind] = useState<Kind>('all');
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">{t.timeline.title}</h2>
      <p>
        <label>
          {t.timeline.show}{' '}
          <select value={kind} onChange={({ target }) => setKind(kinds.find((one) => one === target.value) ?? 'all')}>
            {kinds.map((one) => (
              <option key={one} value={one}>
                {t.timeline[one]}
              </option>
            ))}
          </select>
        </label>
      </p>
      <Block answer={useTimeline(id)}>
        {({ lines }) => <Lines lines={lines.filter((line) => isOfKind(line, kind)).toReversed()} />}
      </Block>
    </section>
  );
}

function isOfKind({ action }: TimelineLine, kind: Kind): boolean {
  return kind === 'all' || (kind === 'people') === (action !== undefined);
}

function Lines({ lines }: { readonly lines: readonly TimelineLine[] }) {
  const { t, f } = useTexts();
  const heads = [[t.timeline.at], [t.timeline.what], [t.timeline.who], [t.timeline.patients, 'number']] as const;
  return (
    <Table
      name={{ id: 'timeline' }}
      caption={
        <>
          {t.timeline.caption(lines.length)}
          {lines.some(({ patients }) => patients === null) && ` ${t.timeline.spanning}`}
        </>
      }
      heads={heads}
      className="timeline"
    >
      {lines.map((line) => (
        <tr key={line.id} className={`effect-${line.effect}`}>
          <td>
            <Time at={line.at} />
          </td>
          <th scope="row">
            {t.timeline.kinds[line.what] ?? line.what}
            <span className="below">{detailOf(line, t)}</span>
          </th>
          <td>{line.by === 'system' || line.by === '' ? t.timeline.machineName : line.by}</td>
          <td className="number">{line.patients === null ? '–' : f.number(line.patients)}</td>
        </tr>
      ))}
    </Table>
  );
}

function detailOf({ action, effect, before, after }: TimelineLine, t: Texts): string {
  const moved = before === after ? '' : t.timeline.status(t.statuses[before], t.statuses[after]);
  const said = action && wordsOf(action, t);
  const became = effect === 'counted' ? '' : t.timeline[effect];
  return [moved, said, became].filter(Boolean).join(' · ');
}

/** What an action says beside its name. */
function wordsOf(action: NonNullable<TimelineLine['action']>, t: Texts): string {
  const { type } = action;
  if (type === 'case.assigned') return action.owner;
  if (type === 'case.noted' || type === 'case.note_corrected' || type === 'case.measure') return action.text ?? t.case.withheld;
  if (type === 'case.verdict' || type === 'case.resolved')
    return `${t.verdicts[action.verdict]} · ${action.reason ?? t.case.withheld}`;
  if (type === 'case.level_set') return `${t.levels[action.level]} · ${action.reason ?? t.case.withheld}`;
  return 'reason' in action ? (action.reason ?? t.case.withheld) : '';
}
