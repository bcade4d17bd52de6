import { useTold } from '../../api/queries.js';
import { Block } from '../../parts/block.js';
import { Time } from '../../parts/time.js';
import { useTexts } from '../../texts/context.js';

const shownMax = 8;

/** Who was told, when, and what became of it: the newest first. */
export function ToldPart({ id }: { readonly id: string }) {
  const { t } = useTexts();
  return (
    <section aria-labelledby="told">
      <h2 id="told">{t.case.told}</h2>
      <Block answer={useTold(id)}>
        {({ notifications }) =>
          notifications.length === 0 ? (
            <p className="empty">{t.case.toldNobody}</p>
          ) : (
            <ul className="lines">
              {notifications
                .toReversed()
                .slice(0, shownMax)
                .map((one) => (
                  <li key={`${one.change_id} ${one.endpoint} ${one.attempt}`}>
                    <strong>{one.endpoint}</strong>{' '}
                    <span className={`outcome outcome-${one.outcome}`}>{t.case.outcomes[one.outcome]}</span>
                    <span className="below">
                      <Time at={one.at} />
                    </span>
                  </li>
                ))}
            </ul>
          )
        }
      </Block>
    </section>
  );
}
