import type { MigrationInterface, QueryRunner } from '#typeorm'
import { DROP_FUNCTIONS_2, FUNCTIONS_2 } from './functions-2.js'

/** Leases by the server's clock, redaction and trimming. */
export class HubSchema2 implements MigrationInterface {
  readonly name = 'HubSchema1790000000001'

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...FUNCTIONS_2]) await runner.query(statement)
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DROP_FUNCTIONS_2) await runner.query(statement)
    await runner.query('DROP TABLE kitty.lease')
    await runner.query('ALTER TABLE kitty.repo DROP COLUMN trimmed')
  }
}

const TABLES = [
  'ALTER TABLE kitty.repo ADD COLUMN trimmed date',
  `CREATE TABLE kitty.lease (
    repo text NOT NULL, stream text NOT NULL, actor text NOT NULL, session text, clone text NOT NULL,
    event_id text NOT NULL, since timestamptz NOT NULL, until timestamptz NOT NULL,
    PRIMARY KEY (repo, stream))`,
]
