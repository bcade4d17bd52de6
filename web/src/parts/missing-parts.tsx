import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useParts } from '../api/queries.js';
import { useTexts } from '../texts/context.js';

/** Which part of Vigie does not answer, since when, and what that means, on every page; what is back is asked for again at once. */
export function MissingParts() {
  const { t, f } = useTexts();
  const client = useQueryClient();
  const away = useParts().data?.parts.filter(({ away: number }) => number > 0) ?? [];
  const names = away.map(({ part }) => part).join(' ');
  const before = useRef(names);
  useEffect(() => {
    const isBack = before.current.split(' ').some((part) => part !== '' && !names.split(' ').includes(part));
    before.current = names;
    if (isBack) void client.invalidateQueries({ queryKey: ['live'] });
  }, [names, client]);
  return away.map(({ part, away: number, known, since }) => (
    <p key={part} className="notice notice-wrong">
      {t.parts[part](f.moment(since ?? 0), number, known)}
    </p>
  ));
}
