import { useEffect, useState } from 'react';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import { useCases } from '../../../api/queries.js';
import { after } from '../../../live/clock.js';
import { Block } from '../../../parts/block.js';
import { FormDialog } from '../../../parts/form-dialog.js';
import { Level, Status } from '../../../parts/level.js';
import { useTexts } from '../../../texts/context.js';
import { useOwnTexts } from '../../../texts/own.js';
import type { ActionBody } from '../act.js';
import { togetherTexts } from './together-texts.js';

/** How long somebody types before the console is asked, ms. */
const typesMs = 300;

/** Asks which other cases of the group are one matter with this one. `onDone` is called once: with the action, or with nothing when it was given up. */
export function LinkForm({ row, onDone }: { readonly row: SeenRow; readonly onDone: (body?: ActionBody) => void }) {
  const w = useOwnTexts(togetherTexts);
  const [chosen, setChosen] = useState<ReadonlyMap<string, SeenRow>>(new Map());
  const choose = (one: SeenRow, isChosen: boolean) => {
    const now = new Map(chosen);
    if (isChosen) now.set(one.case_id, one);
    else now.delete(one.case_id);
    setChosen(now);
  };
  const body = (): ActionBody => ({ type: 'case.linked', incident_ids: [...chosen.values()].flatMap(firstsOf) });
  return (
    <FormDialog title={w.link} isReady={chosen.size > 0} onDone={(filled) => onDone(filled && body())}>
      <p>{w.consequence}</p>
      <Candidates row={row} chosen={chosen} onChoose={choose} />
    </FormDialog>
  );
}

/** The incident that brings all of its case, or, where it is of clinics that are not shown, those that are. */
function firstsOf({ case_id: first, incident_ids: seen }: SeenRow): readonly string[] {
  return seen.includes(first) ? [first] : seen;
}

interface CandidatesProps {
  readonly row: SeenRow;
  readonly chosen: ReadonlyMap<string, SeenRow>;
  readonly onChoose: (one: SeenRow, isChosen: boolean) => void;
}

function Candidates({ row, chosen, onChoose }: CandidatesProps) {
  const w = useOwnTexts(togetherTexts);
  const [typed, setTyped] = useState('');
  const asked = useSettled(typed.trim());
  const answer = useCases(new URLSearchParams({ order: 'newest', ...(asked && { q: asked }) }).toString());
  return (
    <>
      <p className="field">
        <label htmlFor="f-search">{w.search}</label>
        <input
          id="f-search"
          type="search"
          maxLength={200}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          onKeyDown={(event) => {
            // It searches, and does not confirm what is chosen already.
            if (event.key === 'Enter') event.preventDefault();
          }}
        />
      </p>
      <Block answer={answer}>
        {({ cases, next }) => {
          const others = cases.filter(
            ({ case_id: id, group_id: group }) => id !== row.case_id && group === row.group_id && !chosen.has(id),
          );
          return (
            <fieldset className="choices">
              <legend>{w.choose}</legend>
              {[...chosen.values(), ...others].map((one) => (
                <label key={one.case_id} className="option">
                  <input
                    type="checkbox"
                    checked={chosen.has(one.case_id)}
                    onChange={({ currentTarget }) => onChoose(one, currentTarget.checked)}
                  />{' '}
                  <OneCase row={one} />
                </label>
              ))}
              {others.length === 0 && chosen.size === 0 && <p className="empty">{w.none}</p>}
              {next !== null && <p className="hint">{w.more}</p>}
            </fieldset>
          );
        }}
      </Block>
    </>
  );
}

function OneCase({ row }: { readonly row: SeenRow }) {
  const { t, f } = useTexts();
  const w = useOwnTexts(togetherTexts);
  const who = row.patients === null ? t.spanning : t.caseFigure(row);
  return (
    <span>
      <Level level={row.level} /> <Status status={row.status} /> {w.at(t.caseAccount(row), who, f.moment(row.first_time))}
    </span>
  );
}

/** What was typed, once it has stood for a moment. */
function useSettled(typed: string): string {
  const [settled, setSettled] = useState(typed);
  useEffect(() => after(typesMs, () => setSettled(typed)), [typed]);
  return settled;
}
