import { Component, type ReactNode, useEffect } from 'react';
import { useTexts } from '../texts/context.js';

interface Props {
  /** Where one is: another page is tried anew. */
  readonly at: string;
  readonly children: ReactNode;
}

/** Says of a page that cannot be shown that it cannot, and leaves what is around it: without, nothing at all would be left. */
export class Unbroken extends Component<Props, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override componentDidUpdate({ at }: Props) {
    if (this.state.isBroken && at !== this.props.at) this.setState({ isBroken: false });
  }

  override render() {
    return this.state.isBroken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { t } = useTexts();
  useEffect(() => {
    // Files of the version before are gone where Vigie was renewed meanwhile. Nothing was typed into a page that was never shown.
    void isRenewed().then((is) => is && location.reload());
  }, []);
  return (
    <>
      <h1>{t.states.broken}</h1>
      <p role="alert">
        {t.states.brokenWhy}{' '}
        <button type="button" onClick={() => location.reload()}>
          {t.states.reload}
        </button>
      </p>
    </>
  );
}

/** Whether the console gives another version than the one that is running here; false where it does not answer. */
async function isRenewed(): Promise<boolean> {
  const own = document.querySelector<HTMLScriptElement>('script[src^="/assets/"]')?.getAttribute('src');
  try {
    const answer = await fetch('/', { cache: 'no-store' });
    return answer.ok && own != null && !(await answer.text()).includes(own);
  } catch {
    return false;
  }
}
