// Which types the items of an account name, in place of whether they named any. The columns of before stay for a version: a
// process of before runs on while the others are replaced (O23), and reads them.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ItemTypes1000000000002 implements MigrationInterface {
  name = 'ItemTypes1000000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE accounts ADD COLUMN item_types integer[]');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE accounts DROP COLUMN item_types');
  }
}
