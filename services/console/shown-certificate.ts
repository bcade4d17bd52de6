import { shownAt } from '#libs/runtime/renewal/certificates-seen.js';
import { endsOf, EndWatch } from '#libs/runtime/renewal/end-watch.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';

/** What people's browsers are shown, where a proxy before the console speaks TLS. */
export const shownToPeople = {
  provide: 'end of the certificate that people see',
  inject: [CONSOLE_CONFIG, EndWatch],
  useFactory: ({ VIGIE_CONSOLE_URL: url }: ConsoleConfig, ends: EndWatch) => {
    if (url?.startsWith('https:'))
      void ends.add(async () => endsOf([await shownAt(`the certificate of ${new URL(url).host}`, new URL(url).host, undefined)]));
    return url;
  },
};
