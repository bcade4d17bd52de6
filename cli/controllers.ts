import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ClickHouseControllers } from '#libs/access-store/lists/clickhouse-controllers.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { printable } from '#libs/contracts/visible-text.js';
import { controllerOf, ControllersReader, idsOf } from '#libs/formats/registers/controllers-csv.js';
import { ConfigError } from '#libs/runtime/config.js';
import { readCommandConfig } from './config.js';
import { encodingMistake, refuse } from './input-lines.js';
import { alignedRows } from './table.js';
import { withStore } from './with-store.js';

export interface ControllerOptions {
  readonly group: string;
  readonly name?: string;
  readonly siren?: string;
  readonly representative?: string;
  readonly dpo?: string;
  readonly dpoEmail?: string;
  readonly dpoPhone?: string;
  readonly jointWith?: string;
  readonly processorOf?: string;
  readonly nis2?: string;
  readonly ars?: string;
  readonly clinics?: string;
}

/** `vigie controllers add`: puts one into the register, replacing what was known of it, and says for which clinics it answers. */
export async function addController(controllerId: string, options: ControllerOptions): Promise<void> {
  const {
    group,
    name = '',
    siren = '',
    representative = '',
    dpo = '',
    dpoEmail = '',
    dpoPhone = '',
    nis2 = 'none',
    ars = '',
  } = options;
  const found = controllerOf({
    group_id: group,
    controller_id: controllerId,
    name,
    siren: siren.replaceAll(' ', ''),
    legal_representative: representative,
    dpo_name: dpo,
    dpo_email: dpoEmail,
    dpo_phone: dpoPhone,
    joint_with: idsOf(options.jointWith ?? ''),
    processor_of: idsOf(options.processorOf ?? ''),
    nis2,
    ars,
  });
  if (typeof found === 'string') throw new ConfigError(`the controller ${controllerId} is not stored: ${found}`);
  const clinicIds = new Set(idsOf((options.clinics ?? '').replaceAll(',', ' ')));
  await withStore(readCommandConfig(), async (client) => {
    const lists = new ClickHouseLists(client);
    const known = (await lists.clinics()).filter(({ group_id, clinic_id }) => group_id === group && clinicIds.has(clinic_id));
    const missing = [...clinicIds].filter((id) => !known.some(({ clinic_id }) => clinic_id === id));
    const fresh = missing.map((clinic_id) => ({ group_id: group, clinic_id, name: '', opened_at: null, closed_at: null }));
    await new ClickHouseControllers(client).put([found]);
    await lists.putClinics([...known, ...fresh].map((clinic) => ({ ...clinic, controller_id: controllerId })));
  });
  process.stdout.write(`${controllerId} of ${group} stored; it answers for ${clinicIds.size} clinic(s) named here\n`);
}

/** `vigie controllers list`: the register, with the clinics of each. */
export async function listControllers({ group = '' }: { readonly group?: string }): Promise<void> {
  const [controllers, clinics] = await withStore(readCommandConfig(), async (client) => [
    await new ClickHouseControllers(client).list(group),
    await new ClickHouseLists(client).clinics(),
  ]);
  const rows = controllers.map(({ group_id, controller_id, name, siren, dpo_email, nis2 }) => {
    const own = clinics.filter((one) => one.group_id === group_id && one.controller_id === controller_id);
    return printable([group_id, controller_id, name, siren, dpo_email, nis2, own.map(({ clinic_id }) => clinic_id).join(' ')]);
  });
  const heading = ['group', 'controller', 'name', 'siren', 'dpo', 'nis2', 'clinics'];
  for (const line of alignedRows([heading, ...rows])) process.stdout.write(`${line}\n`);
  process.stderr.write(`${controllers.length} controller(s); a clinic that names none is its own\n`);
}

/** `vigie controllers import`: loads a register, all of it or, with a mistake in it, nothing. */
export async function importControllers(file: string): Promise<void> {
  const reader = new ControllersReader();
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    reader.take(line);
    reader.mistakes.push(...encodingMistake(line, (number += 1)));
  }
  if (reader.controllers.length === 0 && reader.mistakes.length === 0)
    reader.mistakes.push({ line: 1, reason: 'there is no controller in it' });
  if (refuse(file, reader.mistakes)) return;
  await withStore(readCommandConfig(), (client) => new ClickHouseControllers(client).put(reader.controllers));
  process.stdout.write(`${file}: ${reader.controllers.length} controller(s) stored\n`);
}
