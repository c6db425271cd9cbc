// What faults mean by their words: one wording at least for each row of the table, and business faults that must not match.
import { faultCodeOf } from '../../../datasources/daffron/faultCodes';

test.each([
  'wsse:FailedAuthentication',
  'wsse:InvalidSecurity',
  'InvalidSecurityToken',
  'Authentication failed.',
  'Authentication has failed for this request',
  'User is not authenticated',
  'The remote server returned an error: (401) Unauthorized.',
  'Login failed for user',
  'Logon failure: unknown user name or bad password',
  'Invalid user ID or password',
  'Unknown userID',
  'Bad or missing company, user or password',
  'The password has expired',
  'The user ID, password or company is not valid',
  'Credentials were rejected',
])('B32 "%s" means the credentials', (text) => {
  expect(faultCodeOf(['s:Client', text])).toBe('CREDENTIALS');
});

test.each([
  'Server did not recognize the value of HTTP Header SOAPAction: http://www.multispeak.org/Version_4.1_Release/GetX.',
  'Unknown operation GetPPMPayments',
  'Unsupported method',
  'The method GetPPMPayments is not implemented',
  'Operation GetPPMPayments not supported by this server',
  'a:ActionNotSupported',
])('B33 "%s" means that the operation is not there', (text) => {
  expect(faultCodeOf(['s:Client', text])).toBe('UNKNOWN_OPERATION');
});

test.each([
  'Account not found',
  'Invalid account number',
  'The account is not valid',
  'Unknown customer',
  'Object reference not set to an instance of an object.',
  'Timeout expired. The timeout period elapsed prior to completion of the operation.',
  'User is not authorized to see this account',
  '',
])('B9 "%s" is a fault like others, and stops nobody else', (text) => {
  expect(faultCodeOf(['s:Server', text])).toBe('FAULT');
});

test('B32 what is recognised does not depend on line breaks, nor on what follows', () => {
  expect(faultCodeOf([`Invalid\r\n   password ${'x'.repeat(100_000)}`])).toBe('CREDENTIALS');
});
