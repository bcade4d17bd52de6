// syntax/: how commands are written on the line, whichever they are.
// It knows commander, and nothing of what commands do.

import type { Command } from 'commander';

/** For a command that runs where none is named, and takes no argument: what stands there then is a command that does not exist, and no argument too many. */
export function namesUnknown(command: Command): Command {
  return command.allowExcessArguments().hook('preAction', () => {
    const [word] = command.args;
    if (word === undefined) return;
    const { parent } = command;
    const isNamed = parent?.args[0] === command.name();
    const names = parent?.commands.map((one) => one.name()).join(', ');
    command.error(
      isNamed
        ? `error: '${command.name()}' takes no argument, and got '${word}'`
        : `error: unknown command '${word}'; there are ${names}`,
      { code: isNamed ? 'commander.excessArguments' : 'commander.unknownCommand' },
    );
  });
}
