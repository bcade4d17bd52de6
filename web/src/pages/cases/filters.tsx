import { type FormEvent, useRef } from 'react';
import { useLocation } from 'wouter';
import { useShortcuts } from '../../parts/shortcuts.js';
import { useTexts } from '../../texts/context.js';

const statuses = ['new', 'acknowledged', 'on_hold', 'resolved'] as const;
const levels = ['critical', 'high', 'medium', 'low', 'informational'] as const;
const names = ['status', 'level', 'clinic', 'owner', 'q'] as const;
const openOnes = 'new,acknowledged,on_hold';
const any = 'any';

/** What the console is asked for an address: the cases that are not resolved, unless it says otherwise. */
export function queryOf(search: string): string {
  const given = new URLSearchParams(search);
  const asked = new URLSearchParams();
  for (const name of [...names, 'cursor']) {
    const value = given.get(name);
    if (value) asked.set(name, value);
  }
  const status = given.get('status');
  if (status === any) asked.delete('status');
  else asked.set('status', status || openOnes);
  // A hundred are given at a time: what must be looked at first is among them, however many are open.
  asked.set('order', 'urgent');
  return asked.toString();
}

export function isFiltered(search: string): boolean {
  const given = new URLSearchParams(search);
  return names.some((name) => given.get(name));
}

/** Filters, kept in the address: a list can be sent to a colleague. */
export function Filters({ search }: { readonly search: string }) {
  const { t } = useTexts();
  const [, go] = useLocation();
  const text = useRef<HTMLInputElement>(null);
  const given = new URLSearchParams(search);
  useShortcuts({ '/': () => text.current?.focus() });
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const next = new URLSearchParams();
    for (const name of names) {
      const value = String(form.get(name) ?? '').trim();
      if (value) next.set(name, value);
    }
    go(next.size > 0 ? `/?${next}` : '/');
  };
  return (
    <form className="filters" onSubmit={apply} aria-label={t.list.filters} role="search">
      <label>
        {t.list.status}
        <select name="status" defaultValue={given.get('status') ?? ''}>
          <option value="">{t.list.open}</option>
          {statuses.map((status) => (
            <option key={status} value={status}>
              {t.statuses[status]}
            </option>
          ))}
          <option value={any}>{t.list.anyStatus}</option>
        </select>
      </label>
      <label>
        {t.list.level}
        <select name="level" defaultValue={given.get('level') ?? ''}>
          <option value="">{t.list.anyLevel}</option>
          {levels.map((level) => (
            <option key={level} value={level}>
              {t.levels[level]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t.list.clinic}
        <input name="clinic" defaultValue={given.get('clinic') ?? ''} size={12} />
      </label>
      <label>
        {t.list.owner}
        <input name="owner" defaultValue={given.get('owner') ?? ''} size={12} />
      </label>
      <label className="wide">
        {t.list.search}
        <input ref={text} name="q" type="search" defaultValue={given.get('q') ?? ''} />
      </label>
      <button type="submit">{t.list.apply}</button>
      {isFiltered(search) && (
        <button type="button" className="plain" onClick={() => go('/')}>
          {t.list.clear}
        </button>
      )}
    </form>
  );
}
