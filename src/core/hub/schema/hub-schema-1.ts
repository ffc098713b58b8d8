import type { MigrationInterface, QueryRunner } from '#typeorm'
import { DROP_FUNCTIONS_1, FUNCTIONS_1 } from './functions-1.js'

/** The first tables, as src/entities/hub describes them, and the functions that clients call. */
export class HubSchema1 implements MigrationInterface {
  /** TypeORM orders migrations by the number at the end. */
  readonly name = 'HubSchema1790000000000'

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...FUNCTIONS_1]) await runner.query(statement)
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DROP_FUNCTIONS_1) await runner.query(statement)
    for (const table of ['member', 'void', 'event', 'repo']) await runner.dropTable(`kitty.${table}`)
  }
}

const TABLES = [
  `CREATE TABLE kitty.repo (
    repo text NOT NULL, epoch text NOT NULL, seq bigint NOT NULL DEFAULT 0, roots text[] NOT NULL,
    PRIMARY KEY (repo))`,
  `CREATE TABLE kitty.event (
    repo text NOT NULL, seq bigint NOT NULL, stream text NOT NULL, version integer NOT NULL, event_id text NOT NULL,
    day date NOT NULL, line bytea NOT NULL, role text NOT NULL,
    PRIMARY KEY (repo, seq),
    CONSTRAINT event_once UNIQUE (repo, event_id),
    CONSTRAINT event_version UNIQUE (repo, stream, version))`,
  'CREATE TABLE kitty.void (repo text NOT NULL, event_id text NOT NULL, why text, PRIMARY KEY (repo, event_id))',
  `CREATE TABLE kitty.member (
    repo text NOT NULL, role text NOT NULL, may text NOT NULL,
    PRIMARY KEY (repo, role))`,
]
