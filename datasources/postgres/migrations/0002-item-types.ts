// Which types the items of an account name, in place of whether they named any; and no stored time of the last bill, since
// the newest bills themselves tell it.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ItemTypes1000000000002 implements MigrationInterface {
  name = 'ItemTypes1000000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE accounts DROP COLUMN billed_at, DROP COLUMN items_mapped, ADD COLUMN item_types integer[]',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `ALTER TABLE accounts DROP COLUMN item_types, ADD COLUMN items_mapped boolean,
        ADD COLUMN billed_at timestamptz NOT NULL DEFAULT now()`,
    );
  }
}
