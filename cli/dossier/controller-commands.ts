import { type Command, Option } from 'commander';
import { nis2Kinds } from '#libs/contracts/controller.js';
import type { ControllerOptions } from '../controllers.js';

/** `vigie controllers`: who answers for patient data before the law. */
export function addControllerCommands(program: Command): void {
  const controllers = program
    .command('controllers')
    .description('the register of controllers, in ClickHouse: who answers for the data of which clinics');
  controllers
    .command('add')
    .argument('<controller_id>', 'its name in Vigie, such as its SIREN or FINESS number')
    .description('put a controller into the register, or replace what is known of it')
    .requiredOption('--group <group_id>', 'of which group')
    .option('--name <name>', 'of the legal entity')
    .option('--siren <number>', 'nine digits')
    .option('--representative <name>', 'who represents it in law')
    .option('--dpo <name>', 'data-protection officer')
    .option('--dpo-email <address>', 'where the officer reads mail')
    .option('--dpo-phone <number>', 'where the officer is called')
    .option('--joint-with <ids>', 'controllers that decide with it')
    .option('--processor-of <ids>', 'controllers for which it processes data')
    .addOption(new Option('--nis2 <kind>', 'what NIS 2 makes of it').choices(nis2Kinds))
    .option('--ars <name>', 'regional health agency')
    .option('--clinics <ids>', 'clinics that it answers for')
    .action(async (id: string, options: ControllerOptions) => (await import('../controllers.js')).addController(id, options));
  controllers
    .command('list')
    .description('show the register')
    .option('--group <group_id>', 'of one group')
    .action(async (options: { group?: string }) => (await import('../controllers.js')).listControllers(options));
  controllers
    .command('import')
    .argument(
      '<file>',
      'CSV: group_id,controller_id,name,siren,legal_representative,dpo_name,dpo_email,dpo_phone,joint_with,processor_of,nis2,ars',
    )
    .description('load a register; controllers that it does not name stay as they are')
    .action(async (file: string) => (await import('../controllers.js')).importControllers(file));
}
