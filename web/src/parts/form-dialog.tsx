import { type FormEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { useTexts } from '../texts/context.js';

interface FormDialogProps {
  readonly title: string;
  /** Whether what must be there is; the fields say what is missing. */
  readonly isReady?: boolean;
  /** Called once: with what was filled in, or with nothing when it was given up. */
  readonly onDone: (filled?: FormData) => void;
  /** The fields. */
  readonly children: ReactNode;
}

/** Asks for something in a dialog that stands before the page. */
export function FormDialog({ title, isReady = true, onDone, children }: FormDialogProps) {
  const { t } = useTexts();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // A page that is put aside keeps what was typed, and must not stand before the login.
    return () => shown?.close();
  }, []);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onDone(new FormData(event.currentTarget));
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={() => onDone()}>
      <form onSubmit={submit}>
        <h2 id={id}>{title}</h2>
        {children}
        <p className="buttons">
          <button type="submit" className="main" disabled={!isReady}>
            {t.act.confirm}
          </button>
          <button type="button" onClick={() => onDone()}>
            {t.act.cancel}
          </button>
        </p>
      </form>
    </dialog>
  );
}
