/** The environment variables for administrators' sign-in; src/config/index.ts reads them with the others. */
import { z } from 'zod';

export const PASSWORD_MIN_LENGTH = 12;
export const PASSWORD_MAX_LENGTH = 200;

/** Accounts of administrators: the first operator, and single sign-on by OpenID Connect. */
export const signInSchema = z.object({
  BOOTSTRAP_OPERATOR_EMAIL: z.email({ error: 'must be an e-mail address' }).max(254).toLowerCase().optional(),
  BOOTSTRAP_OPERATOR_PASSWORD: z
    .string()
    .min(PASSWORD_MIN_LENGTH, { error: `must have at least ${PASSWORD_MIN_LENGTH} characters` })
    .max(PASSWORD_MAX_LENGTH, { error: `must have at most ${PASSWORD_MAX_LENGTH} characters` })
    .optional(),
  PASSWORD_SIGN_IN: z.enum(['on', 'off']).default('on'),
  OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_SCOPES: z
    .string()
    .refine((text) => text.split(' ').includes('openid'), { error: 'must include openid' })
    .default('openid email'),
  OIDC_GROUPS_CLAIM: z.string().default('groups'),
  OIDC_OPERATOR_GROUP: z.string().optional(),
  OIDC_ADMINISTRATOR_GROUP_PREFIX: z.string().optional(),
});

type SignInValues = z.infer<typeof signInSchema>;

export type SignInConfig = ReturnType<typeof readSignIn>;

/** The administrators' identity provider, and the meaning of its groups. */
export type SingleSignOnConfig = NonNullable<SignInConfig['singleSignOn']>;

/** Converts the checked variables. */
export function readSignIn(values: SignInValues) {
  const { BOOTSTRAP_OPERATOR_EMAIL: email, BOOTSTRAP_OPERATOR_PASSWORD: password } = values;
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = values;
  return {
    byPassword: values.PASSWORD_SIGN_IN === 'on',
    bootstrap: email === undefined || password === undefined ? undefined : { email, password },
    singleSignOn:
      issuer === undefined || clientId === undefined || clientSecret === undefined
        ? undefined
        : {
            issuer: new URL(issuer),
            clientId,
            clientSecret,
            scopes: values.OIDC_SCOPES,
            groupsClaim: values.OIDC_GROUPS_CLAIM,
            /** Members are operators. If this or the next is set, groups alone decide who may sign in. */
            operatorGroup: values.OIDC_OPERATOR_GROUP,
            /** Members of `<prefix><orgId>` administrate that organization. */
            administratorGroupPrefix: values.OIDC_ADMINISTRATOR_GROUP_PREFIX,
          },
  };
}

/** Inconsistencies in words for the operator; never a value. @param given all set variables, also the invalid ones. */
export function signInProblems(values: SignInValues, production: boolean, given: NodeJS.ProcessEnv): string[] {
  const problems: string[] = [];
  const isSet = (names: readonly (keyof typeof values)[]) => names.filter((name) => given[name] !== undefined).length;
  if (isSet(['BOOTSTRAP_OPERATOR_EMAIL', 'BOOTSTRAP_OPERATOR_PASSWORD']) === 1)
    problems.push('BOOTSTRAP_OPERATOR_EMAIL, BOOTSTRAP_OPERATOR_PASSWORD: set both or none');
  const oidc = isSet(['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET']);
  if (oidc > 0 && oidc < 3) problems.push('OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET: set all or none');
  if (values.PASSWORD_SIGN_IN === 'off' && oidc < 3)
    problems.push('PASSWORD_SIGN_IN: off needs OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET');
  if (production && values.OIDC_ISSUER?.startsWith('http:')) problems.push('OIDC_ISSUER: must be https in production');
  return problems;
}
