/** `npm run admin -- …`: the program around the operator's commands. */
import { runCommand } from './run-command.ts';

process.exitCode = await runCommand(process.argv.slice(2), process);
