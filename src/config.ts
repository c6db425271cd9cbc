// The settings of the process: the environment is read here, once and whole, and every problem is told at once.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { parseRedisAddress } from '../datasources/cache/redisAddress';
import type { ConfigurationProblem } from '../domain/biller';
import { readBillers, type BillerSettings } from './billersFile';
import { readBifFolder, type BifFolderSettings } from './settings/bifFolder';
import { whyNotTokenKeys } from './settings/tokenKeys';
import { LIMIT_VARIABLES, readLimits, type LimitSettings } from './limits/limitSettings';
import { readRouterTrust, TRUST_VARIABLES, type RouterTrust } from './http/trustSettings';
import { PROJECT_ROOT } from './projectFiles';
import { wholeNumber } from './settingForms';

/** The issuer of the tokens that the embedded mode prints; production refuses it. */
export const SAMPLE_ISSUER = 'https://sample.daffron-subgraph.invalid';
export const SAMPLE_AUDIENCE = 'daffron-subgraph';

/** The companies of the simulator's billers; production refuses them: what answers to them is not Daffron. */
export const SAMPLE_COMPANIES: readonly string[] = ['CEDARRIDGE', 'MILLCREEK'];

export interface TokenSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: { readonly url: string } | { readonly file: string };
  readonly algorithms: readonly string[];
  readonly leewaySeconds: number;
  readonly lifetimeSecondsMax: number;
  /** The `typ` that a token must bear; absent where any will do. */
  readonly type?: string;
}

/** What runs operations: graphql-js, or a program that each is compiled to once (ADR 0040). */
const EXECUTORS = ['ordinary', 'compiled'] as const;
export type ExecutorName = (typeof EXECUTORS)[number];

export interface Config {
  /** Production refuses embedded parts, sample keys and the simulator. */
  readonly mode: 'production' | 'embedded';
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly databasePoolMax: number;
  readonly databaseStatementTimeoutMs: number;
  readonly databaseConnectTimeoutMs: number;
  readonly redisUrl: string | undefined;
  readonly redisTimeoutMs: number;
  readonly balanceTtlSeconds: number;
  readonly requestTimeoutMs: number;
  readonly bifBytesMax: number;
  readonly bifSilenceMs: number;
  /** The watched folder for bill files; absent where none is watched. */
  readonly bifFolder: BifFolderSettings | undefined;
  readonly limits: LimitSettings;
  readonly executor: ExecutorName;
  readonly logLevel: string;
  /** Where Prometheus asks; absent where nobody does. */
  readonly metricsPort: number | undefined;
  /** Where a collector takes traces; absent where none are wanted. */
  readonly tracesEndpoint: string | undefined;
  /** How long a stop goes on serving after it has said that it is not ready, in milliseconds. */
  readonly stopDrainMs: number;
  /** Absent in the embedded mode, which makes keys of its own. */
  readonly tokens: TokenSettings | undefined;
  /** Absent where no router's word is taken. */
  readonly router: RouterTrust | undefined;
  /** Absent in the embedded mode, which has the simulator's billers. */
  readonly billers: readonly BillerSettings[] | undefined;
}

/** Everything that is missing or wrong in the settings. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly ConfigurationProblem[]) {
    super(problems.map(({ code, setting, message }) => `${code} ${setting}: ${message}`).join('\n'));
    this.name = 'ConfigurationError';
  }
}

/** Algorithms with a public key: a secret shared with every client that could verify would let it sign, too. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** For a setting whose default depends on others. */
const numberOrNot = (min: number, max: number) => wholeNumber(min, max, min).unwrap();

const url = (protocols: RegExp, example: string) =>
  z.url({ protocol: protocols, error: `must be a URL such as ${example}` });

const Environment = z.object({
  NODE_ENV: z.string().optional(),
  HOST: z.string().optional(),
  PORT: wholeNumber(0, 65_535, 4000),
  DATA_DIR: z.string().optional(),
  DATABASE_URL: url(/^postgres(ql)?$/, 'postgresql://user:password@host:5432/name').optional(),
  DATABASE_POOL_MAX: wholeNumber(2, 200, 10),
  DATABASE_STATEMENT_TIMEOUT_MS: wholeNumber(100, 600_000, 5000),
  DATABASE_CONNECT_TIMEOUT_MS: wholeNumber(100, 60_000, 2000),
  REDIS_URL: z
    .string()
    .refine(
      (text) => parseRedisAddress(text) !== undefined,
      'must be a URL such as redis://host:6379, redis+sentinel://host:26379,host:26379/name-of-the-master or redis+cluster://host:6379,host:6379',
    )
    .optional(),
  REDIS_TIMEOUT_MS: wholeNumber(5, 1000, 40),
  BALANCE_TTL_SECONDS: wholeNumber(60, 604_800, 86_400),
  REQUEST_TIMEOUT_MS: wholeNumber(500, 300_000, 15_000),
  BIF_BYTES_MAX: wholeNumber(1024, 1_073_741_824, 1_073_741_824),
  // Less than a transaction may stand idle (60 s): the refusal is to come first.
  BIF_SILENCE_MS: wholeNumber(100, 50_000, 30_000),
  BIF_FOLDER: z.string().optional(),
  BIF_FOLDER_POLL_MS: wholeNumber(100, 3_600_000, 5000),
  BIF_FOLDER_SETTLE_MS: wholeNumber(0, 3_600_000, 10_000),
  EXECUTOR: z.enum(EXECUTORS).default('ordinary'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  METRICS_PORT: z.union([z.literal('off'), numberOrNot(0, 65_535)], 'must be a port or off').optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?$/, 'http://collector:4318').optional(),
  STOP_DRAIN_MS: numberOrNot(0, 10_000).optional(),
  BILLERS_FILE: z.string().optional(),
  TOKEN_ISSUER: z.string().optional(),
  TOKEN_AUDIENCE: z.string().optional(),
  TOKEN_KEYS_URL: url(/^https?$/, 'https://issuer.example/keys').optional(),
  TOKEN_KEYS_FILE: z.string().optional(),
  TOKEN_ALGORITHMS: z
    .string()
    .default('RS256,ES256,EdDSA')
    .transform((names) => names.split(',').map((name) => name.trim()))
    .refine(
      (names) => names.every((name) => ALGORITHMS.some((known) => known === name)),
      `must be some of ${ALGORITHMS.join(', ')}`,
    ),
  TOKEN_LEEWAY_SECONDS: wholeNumber(0, 60, 30),
  TOKEN_LIFETIME_SECONDS_MAX: wholeNumber(60, 2_592_000, 86_400),
  ...LIMIT_VARIABLES,
  ...TRUST_VARIABLES,
});

type Environment = z.infer<typeof Environment>;

/** The variables as they were given; what is missing is judged by them, since a wrong one is there. */
type Given = Readonly<Record<string, string | undefined>>;

/** The settings of this process. Throws a ConfigurationError that names everything that is missing or wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  // A variable that is set to nothing is one that is not set.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const problems: ConfigurationProblem[] = [];
  const environment = readEnvironment(given, problems);
  const isProduction = environment.NODE_ENV === 'production' || environment.BILLERS_FILE !== undefined;
  const tokens = readTokens(environment, given, isProduction, problems);
  const router = readRouterTrust(environment, isProduction, problems);
  if (isProduction && router?.issuer === SAMPLE_ISSUER) {
    problems.push(wrong('ROUTER_ISSUER', 'is the issuer of sample tokens'));
  }
  if (router !== undefined && router.issuer === tokens?.issuer && router.audience === tokens.audience) {
    problems.push(
      wrong('ROUTER_AUDIENCE', 'must not be that of the tokens of the same issuer: one would pass for the other'),
    );
  }
  const limits = readLimits(environment, problems);
  if (isProduction) problems.push(...whyNotProduction(given));
  const billers =
    environment.BILLERS_FILE === undefined
      ? undefined
      : readBillersFile(environment.BILLERS_FILE, environment.REQUEST_TIMEOUT_MS, env, problems);
  const bifFolder = readBifFolder(environment, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return {
    mode: isProduction ? 'production' : 'embedded',
    // In a container every address is meant; on somebody's own machine only his own.
    host: environment.HOST ?? (isProduction ? '0.0.0.0' : '127.0.0.1'),
    port: environment.PORT,
    dataDir: resolve(environment.DATA_DIR ?? `${PROJECT_ROOT}/.data`),
    databaseUrl: environment.DATABASE_URL,
    databasePoolMax: environment.DATABASE_POOL_MAX,
    databaseStatementTimeoutMs: environment.DATABASE_STATEMENT_TIMEOUT_MS,
    databaseConnectTimeoutMs: environment.DATABASE_CONNECT_TIMEOUT_MS,
    redisUrl: environment.REDIS_URL,
    redisTimeoutMs: environment.REDIS_TIMEOUT_MS,
    balanceTtlSeconds: environment.BALANCE_TTL_SECONDS,
    requestTimeoutMs: environment.REQUEST_TIMEOUT_MS,
    bifBytesMax: environment.BIF_BYTES_MAX,
    bifSilenceMs: environment.BIF_SILENCE_MS,
    bifFolder,
    limits,
    executor: environment.EXECUTOR,
    logLevel: environment.LOG_LEVEL,
    metricsPort: readMetricsPort(environment.METRICS_PORT, isProduction),
    tracesEndpoint: environment.OTEL_EXPORTER_OTLP_ENDPOINT,
    stopDrainMs: environment.STOP_DRAIN_MS ?? (isProduction ? STOP_DRAIN_MS_OF_PRODUCTION : 0),
    tokens,
    router,
    billers,
  };
}

/** The billers as their file says now; for a process that was told that it changed. Throws as `readConfig` does. */
export function readBillersAgain(
  { requestTimeoutMs }: Pick<Config, 'requestTimeoutMs'>,
  env: NodeJS.ProcessEnv = process.env,
): readonly BillerSettings[] {
  const problems: ConfigurationProblem[] = [];
  const billers = readBillersFile(env['BILLERS_FILE'] ?? '', requestTimeoutMs, env, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return billers;
}

/** Wrong variables are told and then left out, so that all the others are still judged. */
function readEnvironment(given: Given, problems: ConfigurationProblem[]): Environment {
  const read = Environment.safeParse(given);
  if (read.success) return read.data;
  problems.push(...read.error.issues.map((issue) => wrong(issue.path.join('.'), issue.message)));
  const isWrong = new Set(problems.map(({ setting }) => setting));
  return Environment.parse(Object.fromEntries(Object.entries(given).filter(([name]) => !isWrong.has(name))));
}

/** The port that exporters for Prometheus of this kind commonly take. */
const METRICS_PORT_OF_PRODUCTION = 9464;

/** Balancers look every second or two, and one look may fail. */
const STOP_DRAIN_MS_OF_PRODUCTION = 5000;

function readMetricsPort(given: number | 'off' | undefined, isProduction: boolean): number | undefined {
  if (given === 'off') return undefined;
  return given ?? (isProduction ? METRICS_PORT_OF_PRODUCTION : undefined);
}

function whyNotProduction(given: Given): ConfigurationProblem[] {
  return ['DATABASE_URL', 'REDIS_URL', 'BILLERS_FILE']
    .filter((name) => given[name] === undefined)
    .map((name) => missing(name, 'production has no embedded part in its place'));
}

function readTokens(
  environment: Environment,
  given: Given,
  isProduction: boolean,
  problems: ConfigurationProblem[],
): TokenSettings | undefined {
  const {
    TOKEN_ISSUER: issuer,
    TOKEN_AUDIENCE: audience,
    TOKEN_KEYS_URL: keysUrl,
    TOKEN_KEYS_FILE: keysFile,
  } = environment;
  const names = ['TOKEN_ISSUER', 'TOKEN_AUDIENCE', 'TOKEN_KEYS_URL', 'TOKEN_KEYS_FILE'];
  if (!isProduction && names.every((name) => given[name] === undefined)) return undefined;
  if (issuer === undefined) problems.push(missing('TOKEN_ISSUER', 'whose tokens are believed'));
  if (audience === undefined) problems.push(missing('TOKEN_AUDIENCE', 'for whom tokens must be meant'));
  const isUrlGiven = given['TOKEN_KEYS_URL'] !== undefined;
  if (!isUrlGiven && keysFile === undefined) {
    problems.push(missing('TOKEN_KEYS_URL', 'give either TOKEN_KEYS_URL or TOKEN_KEYS_FILE'));
  }
  if (isUrlGiven && keysFile !== undefined) problems.push(wrong('TOKEN_KEYS_URL', 'stands beside TOKEN_KEYS_FILE'));
  if (keysFile !== undefined) problems.push(...whyNotKeys(keysFile, isProduction));
  if (isProduction && issuer === SAMPLE_ISSUER) {
    problems.push(wrong('TOKEN_ISSUER', 'is the issuer of sample tokens'));
  }
  if (isProduction && keysUrl !== undefined && new URL(keysUrl).protocol !== 'https:') {
    problems.push(wrong('TOKEN_KEYS_URL', 'must be https in production'));
  }
  return {
    issuer: issuer ?? '',
    audience: audience ?? '',
    keys: keysUrl !== undefined ? { url: keysUrl } : { file: keysFile ?? '' },
    algorithms: environment.TOKEN_ALGORITHMS,
    leewaySeconds: environment.TOKEN_LEEWAY_SECONDS,
    lifetimeSecondsMax: environment.TOKEN_LIFETIME_SECONDS_MAX,
  };
}

function whyNotKeys(path: string, isProduction: boolean): ConfigurationProblem[] {
  const text = readText(path);
  if (text === undefined) return [wrong('TOKEN_KEYS_FILE', `${path} cannot be read`)];
  return whyNotTokenKeys(parseJson(text), isProduction).map((reason) => wrong('TOKEN_KEYS_FILE', `${path} ${reason}`));
}

function readBillersFile(
  path: string,
  requestTimeoutMs: number,
  env: NodeJS.ProcessEnv,
  problems: ConfigurationProblem[],
): readonly BillerSettings[] {
  const text = readText(path);
  if (text === undefined) {
    problems.push(wrong('BILLERS_FILE', `${path} cannot be read`));
    return [];
  }
  const file = parseJson(text);
  if (file === undefined) {
    problems.push(wrong('BILLERS_FILE', `${path} is not JSON`));
    return [];
  }
  const { settings, problems: found } = readBillers(
    file,
    (reference) => ('env' in reference ? env[reference.env] : readText(reference.file)?.trimEnd()),
    { requestTimeoutMs, refusedCompanies: SAMPLE_COMPANIES },
  );
  problems.push(...found);
  return settings;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Undefined where it is not JSON; the parser's own words quote the text, which may hold what must not be told. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function missing(setting: string, message: string): ConfigurationProblem {
  return wrong(setting, `is missing: ${message}`);
}

function wrong(setting: string, message: string): ConfigurationProblem {
  return { code: 'CONFIGURATION_INVALID', setting, message };
}
