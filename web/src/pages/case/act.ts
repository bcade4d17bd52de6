import type { SeenRow } from '#libs/contracts/seen-case.js';
import { newKey, post } from '../../api/client.js';
import { useSend } from '../../parts/send.js';
import { useTexts } from '../../texts/context.js';
import type { Texts } from '../../texts/fr.js';

/** An action as `POST /v1/cases/ID/actions` takes it. */
export type ActionBody = Readonly<Record<string, unknown>> & { readonly type: keyof Texts['act']['done'] };

/** Does something with a case as it was seen, and says what became of it. */
export function useAct(row: SeenRow) {
  const { t } = useTexts();
  const { send, said, isBusy } = useSend();
  const act = (body: ActionBody) => {
    // Asked again it is the same action, on the case as it was seen.
    const [key, wish] = [newKey(), { ...body, seen_version: row.version }];
    const ask = () => post<{ readonly effect: string }>(`/v1/cases/${row.case_id}/actions`, wish, key);
    return send(ask, ({ effect }) => (effect === 'repeated' ? t.act.repeated : t.act.done[body.type]));
  };
  return { act, said, isBusy };
}
