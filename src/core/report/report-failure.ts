import { isKittyError, KittyError } from '../errors/kitty-error.js'
import { hubFailure, type HubPlace } from '../hub/hub-failure.js'

export type ReportPlace = HubPlace

/** As for a hub, but for what its words would be wrong about. Repeats none of the driver's or the server's own words. */
export function reportFailure(error: unknown, place: ReportPlace): KittyError {
  if (isKittyError(error)) return error
  const failure = hubFailure(error, place)
  const { kind, context, cause } = failure
  const code = typeof context['code'] === 'string' ? context['code'] : ''
  const { says, step } = (WORDS[code] ?? unreached)(place, code)
  // Of TLS it speaks as of any server.
  if (kind === 'HubDenied' && WORDS[code] === undefined) return failure
  return new KittyError(kind, says, { nextSteps: [step], context: { ...context, ...place }, cause })
}

export function newerReport({ server, database }: ReportPlace): KittyError {
  return new KittyError(
    'HubTooOld',
    `The report in ${database} on ${server} was made by a newer kitty; nothing was written.`,
    {
      nextSteps: [
        'Update kitty.',
        'Or begin again, for every repository in it: DROP SCHEMA kitty_report CASCADE',
      ],
      context: { server, database },
    },
  )
}

interface Words {
  readonly says: string
  readonly step: string
}

const unreached = ({ server, user }: ReportPlace, code: string): Words => ({
  says: `The database of the report was not reached: ${server} as ${user}${code === '' ? '' : ` (${code})`}.`,
  step: 'Try again; the report can be made again at any time.',
})
const login = ({ server, user }: ReportPlace): Words => ({
  says: `The server ${server} did not accept the role ${user} or its password.`,
  step: 'Check KITTY_REPORT, PGUSER, PGPASSWORD or the password file; the server decides in pg_hba.conf.',
})
const notWhole = ({ server, database }: ReportPlace): Words => ({
  says: `The tables of the report in ${database} on ${server} are not as kitty made them; nothing was written.`,
  step: 'Begin again, for every repository in it: DROP SCHEMA kitty_report CASCADE',
})
const noRight = ({ server, database, user }: ReportPlace): Words => ({
  says: `The role ${user} may not write the report into ${database} on ${server}.`,
  step: 'The owner of the database lets it: GRANT CREATE ON DATABASE NAME TO ROLE; the schema kitty_report has one owner.',
})

const WORDS: Readonly<Record<string, (place: ReportPlace, code: string) => Words>> = {
  '28P01': login,
  '28000': login,
  '3D000': ({ server, database }) => ({
    says: `The server ${server} has no database ${database}.`,
    step: 'Create it: createdb NAME',
  }),
  '3F000': notWhole,
  '42P01': notWhole,
  '42703': notWhole,
  '2BP01': notWhole,
  '23502': notWhole,
  '42501': noRight,
  '25006': ({ server, user }) => ({
    says: `The report was not written: ${server} is read-only for the role ${user}.`,
    step: 'Name the primary, or look at default_transaction_read_only, of the server and of the role.',
  }),
  '53100': ({ server }) => ({
    says: `The report was not written: the disk of ${server} is full.`,
    step: 'Its administrator makes room; the report can be made again at any time.',
  }),
}
