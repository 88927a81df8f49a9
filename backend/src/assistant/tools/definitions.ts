/** Fields of several tools, as they are described to the model. */

const text = (description: string) => ({ type: 'string' as const, description });

export const SERVICE = {
  serviceType: text('The service they want, such as "consultation"'),
};

export const PROVIDER = {
  providerName: text(
    'The provider the caller asks for, such as "Dr. Lee". Leave it out if they name no one, or if anyone will do',
  ),
};

/** For tools that need one exact time. */
export const TIME = {
  dateText: text(
    'Only without slotId: the caller’s own latest words for the day and time, all of them and unchanged, such as "next Tuesday at 3" or "the 5th, but not before 10"; if you asked which day or time they mean, their answer word for word',
  ),
  appointmentDate: text(
    'Only without slotId: the date as YYYY-MM-DD. Look it up in coming_days, and never count days yourself. Pass dateText too',
  ),
  appointmentTime: text('Only without slotId: the time as HH:MM, by the clinic’s clock. Pass dateText too'),
  weekday: text('Only without slotId: the weekday, if the caller said one'),
};
