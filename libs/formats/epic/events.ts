// epic/: the profile of Epic's audit stream (Security-SIEM): what its event mnemonics and keys mean, in CEF, LEEF and EventLog XML.
// No public source names the key of the patient: the configuration of the source does, under `columns`.

import type { AccessEvent } from '../event.js';

type Meaning = Partial<Pick<AccessEvent, 'action' | 'outcome' | 'emergency'>>;

/** Event mnemonics (E1Mid). Of one that says nothing of what was done the record's `Action` decides. */
export const epicEvents: Readonly<Record<string, Meaning>> = {
  LOGIN: { action: 'login', outcome: 'success' },
  FAILEDLOGIN: { action: 'login', outcome: 'failure' },
  AUTHENTICATION: { action: 'login' },
  ROVER_LOGIN: { action: 'login', outcome: 'success' },
  ROVER_FAILED_LOGIN: { action: 'login', outcome: 'failure' },
  SWITCHUSER: { action: 'login' },
  LOGOUT: { action: 'logout' },
  SECURE: { action: 'logout' },
  UNSECURE: { action: 'login' },
  CONTEXTCHANGE: {},
  STARTUP: {},
  MASKED_DATA_DISPLAY: { action: 'read' },
  MASKED_DATA_PRINTING: { action: 'print' },
  AC_BREAK_THE_GLASS_ACCESS: { action: 'read', emergency: true },
  AC_BREAK_THE_GLASS_FAILED_ACCESS: { action: 'read', outcome: 'failure', emergency: true },
  E_HIDDEN_SOURCE_ACCESS_GRANTED: { action: 'read', outcome: 'success' },
  IC_SERVICE_AUDIT: {},
  ED_BROWSER_EXTERNAL_PAGE: {},
};
