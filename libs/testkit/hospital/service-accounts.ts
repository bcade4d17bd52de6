import type { Account } from './event.js';

/** How an interface or a nightly job works. */
export interface ServicePlan {
  readonly name: string;
  readonly application: string;
  readonly sourceIp: string;
}

export const servicePlans = {
  labResults: { name: 'svc-lab-results', application: 'integration-engine', sourceIp: '10.10.1.21' },
  imagingResults: { name: 'svc-imaging-results', application: 'integration-engine', sourceIp: '10.10.1.22' },
  scheduling: { name: 'svc-scheduling', application: 'integration-engine', sourceIp: '10.10.1.23' },
  dispensing: { name: 'svc-dispensing', application: 'integration-engine', sourceIp: '10.10.1.24' },
  identities: { name: 'svc-identities', application: 'master-index', sourceIp: '10.10.1.31' },
  portal: { name: 'svc-patient-portal', application: 'patient-portal', sourceIp: '10.10.2.11' },
  letters: { name: 'svc-letters', application: 'letters', sourceIp: '10.10.1.41' },
  billing: { name: 'svc-billing-nightly', application: 'billing', sourceIp: '10.10.3.11' },
  statistics: { name: 'svc-statistics-nightly', application: 'warehouse', sourceIp: '10.10.3.12' },
  backup: { name: 'svc-backup', application: 'backup', sourceIp: '10.10.3.13' },
} as const satisfies Readonly<Record<string, ServicePlan>>;
export type ServiceKey = keyof typeof servicePlans;

export function serviceAccountsOf(): readonly Account[] {
  return Object.values(servicePlans).map(({ name }) => ({
    id: name,
    role: 'interface',
    kind: 'service',
    privileged: true,
    auth: 'certificate',
    mfa: false,
  }));
}

/** Where a service runs, and in what application. Throws `RangeError` for a name that is no service: a bug of the caller. */
export function serverOf(name: string): Pick<ServicePlan, 'application' | 'sourceIp'> {
  const plan = Object.values(servicePlans).find((one) => one.name === name);
  if (!plan) throw new RangeError(`there is no service ${name}`);
  return { application: plan.application, sourceIp: plan.sourceIp };
}
