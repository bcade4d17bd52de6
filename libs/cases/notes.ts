import type { CaseAction } from '#libs/contracts/case-action.js';
import type { Note } from './case-state.js';
import { type CaseEntry, countedOf } from './timeline.js';

type NoteAction = CaseAction & { readonly type: 'case.noted' | 'case.note_corrected' };

/** The notes that lines make: what an action said of a note counts where its line stands. */
export function notesOf(entries: readonly CaseEntry[]): Map<string, Note> {
  const notes = new Map<string, Note>();
  for (const action of countedOf({ entries }))
    if (action.type === 'case.noted' || action.type === 'case.note_corrected') writeNote(notes, action);
  return notes;
}

export function writeNote(notes: Map<string, Note>, { note_id: noteId, by, at, text }: NoteAction): void {
  const old = notes.get(noteId);
  notes.set(noteId, { noteId, by, at: old?.at ?? at, texts: [...(old?.texts ?? []), { at, text }] });
}
