import { spawn } from 'node:child_process'
import { KittyError } from '../errors/kitty-error.js'
import { fixedPath } from '../platform/find-program.js'
import { IS_WINDOWS, PLATFORM } from '../platform/system.js'
import { workTreesAround } from '../git/checkout.js'
import { shownVariable } from '../errors/next-step.js'

/** The shell's exit code for a program that it did not find. */
const NOT_FOUND = 127

/**
 * Opens a file in the editor that VISUAL or EDITOR names, and waits until it is closed. As for git, the value is a
 * command line of the shell.
 * @param hasStdout false if stdout is for a document: the editor then gets stderr instead
 * @throws KittyError MissingDependency without an editor, ValidationError if it failed
 */
export async function openEditor(path: string, env: NodeJS.ProcessEnv, hasStdout: boolean): Promise<void> {
  const editor = env['VISUAL']?.trim() || env['EDITOR']?.trim()
  if (!editor) throw noEditor('Neither VISUAL nor EDITOR names an editor.')

  const [command, args] = IS_WINDOWS
    ? [`${editor} "${path}"`, []]
    : ['/bin/sh', ['-c', `${editor} "$@"`, editor, path]]
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['inherit', hasStdout ? 'inherit' : 2, 'inherit'],
      shell: IS_WINDOWS,
      // No program of the repository's top folder: cmd.exe would even begin there.
      env: {
        ...env,
        ...fixedPath({ env, platform: PLATFORM, outside: workTreesAround(process.cwd()) }),
        ...(IS_WINDOWS && { NoDefaultCurrentDirectoryInExePath: '1' }),
      },
    })
    child.once('error', reject)
    child.once('exit', (status, signal) => resolve(status ?? (signal === null ? 0 : 128)))
  })
  if (code === NOT_FOUND) throw noEditor(`The editor ${JSON.stringify(editor)} was not found.`)
  if (code !== 0)
    throw new KittyError('ValidationError', `The editor ended with ${code}, so nothing was changed.`, {
      nextSteps: ['Run the command again, and leave the editor without an error.'],
      context: { editor, status: code },
    })
}

function noEditor(message: string): KittyError {
  return new KittyError('MissingDependency', `${message} Nothing was changed.`, {
    nextSteps: [
      ...shownVariable('EDITOR', IS_WINDOWS ? 'notepad' : 'nano', 'or another editor'),
      'or say what to change: --title, --after, --drop, --priority, --body',
    ],
  })
}
