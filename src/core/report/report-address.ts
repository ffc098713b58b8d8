import { KittyError } from '../errors/kitty-error.js'
import { shownCommand } from '../errors/next-step.js'
import { ESCAPES, type HubLogin, postgresUrl } from '../hub/hub-address.js'
import { type HubHost, hubHost, isDatabaseName } from '../workspace/hub-setting.js'

/** Where the report goes, and as whom. */
export interface ReportAddress extends HubHost, HubLogin {
  readonly database: string
}

/**
 * @param to `HOST[:PORT]/DATABASE`, without a password; undefined: KITTY_REPORT, a `postgres://` URL
 * @throws KittyError UsageError, which repeats neither
 */
export function reportAddress(
  to: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): ReportAddress {
  if (to !== undefined) {
    const [place = '', database = ''] = to.split('/', 2)
    const host = hubHost(place)
    if (host === undefined || !isDatabaseName(database) || to.split('/').length !== 2) throw badPlace()
    return { ...host, database, user: undefined, password: undefined }
  }
  const text = env['KITTY_REPORT']
  if (text === undefined || text === '') throw noPlace()
  const url = postgresUrl(text)
  const host = url === undefined ? undefined : hubHost(url.host)
  const database = url?.pathname.slice(1) ?? ''
  if (url === undefined || host === undefined || !isDatabaseName(database)) throw badVariable()
  const { user, password } = url
  return { ...host, database, user, password }
}

const EXAMPLE = 'Set KITTY_REPORT=postgres://USER:PASSWORD@HOST/DATABASE'

function noPlace(): KittyError {
  return new KittyError('UsageError', 'Nothing says where the report goes.', {
    nextSteps: [
      EXAMPLE,
      ...shownCommand(['kitty', 'report', '--to', 'db1.example/reports'], 'with PGUSER and a password file'),
    ],
  })
}

function badVariable(): KittyError {
  return new KittyError('UsageError', 'The environment variable KITTY_REPORT is no address of a database.', {
    nextSteps: [EXAMPLE, ESCAPES],
  })
}

function badPlace(): KittyError {
  return new KittyError(
    'UsageError',
    '--to takes HOST/DATABASE or HOST:PORT/DATABASE, without user or password.',
    {
      nextSteps: [
        ...shownCommand(['kitty', 'report', '--to', 'db1.example/reports']),
        'The password comes from KITTY_REPORT, PGPASSWORD or a password file.',
      ],
    },
  )
}
