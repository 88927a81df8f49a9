import { SignUpRequest } from '@voxanne/contract';
import { type ApiError, fieldMessages } from '../../lib/api/api-error.ts';

export interface SignUpValues {
  email: string;
  password: string;
  name: string;
  organization_name: string;
  phone: string;
  public_phone: string;
  time_zone: string;
}

const sentences: Record<keyof SignUpValues, string> = {
  email: 'Enter an email address, such as you@clinic.com.',
  password: 'Use at least 8 characters.',
  name: 'Enter your name.',
  organization_name: 'Enter your clinic’s name.',
  phone: 'Enter at most 32 characters.',
  public_phone: 'Enter at most 32 characters.',
  time_zone: 'Choose your clinic’s time zone.',
};

/** The clinic's name is optional for the API, not for a person who signs a clinic up. */
export function validateSignUp(values: SignUpValues): Partial<Record<keyof SignUpValues, string>> {
  const errors: Partial<Record<keyof SignUpValues, string>> = {};
  for (const issue of SignUpRequest.safeParse(values).error?.issues ?? []) {
    const field = issue.path[0] as keyof SignUpValues;
    errors[field] = sentences[field];
  }
  if (values.time_zone === '') errors.time_zone = sentences.time_zone;
  return errors;
}

export function toSignUpRequest(values: SignUpValues): SignUpRequest {
  const { phone, public_phone, ...rest } = values;
  const typed = Object.entries({ phone, public_phone }).map(([name, text]) => [name, text.trim()]);
  return { ...rest, ...Object.fromEntries(typed.filter(([, text]) => text !== '')) };
}

/** Which field a refusal of the server belongs to; null when it belongs to none. */
export function fieldErrors(error: ApiError): Partial<Record<keyof SignUpValues, string>> {
  const errors: Partial<Record<keyof SignUpValues, string>> = {};
  for (const [field, message] of Object.entries(fieldMessages(error))) {
    if (field in sentences) errors[field as keyof SignUpValues] = message;
  }
  if (Object.keys(errors).length === 0 && /exist/i.test(error.code)) errors.email = error.message;
  return errors;
}
