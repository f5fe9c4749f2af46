/* The commands of the program.  Each takes the arguments behind its name, with a program name first, and
 * returns the exit status. */
#pragma once

int yodel_call_command      (int argc, char **argv);
int yodel_answer_command    (int argc, char **argv);
int yodel_id_command        (int argc, char **argv);
int yodel_serve_command     (int argc, char **argv);
int yodel_contacts_command  (int argc, char **argv);
int yodel_invite_command    (int argc, char **argv);
int yodel_history_command   (int argc, char **argv);
int yodel_devices_command   (int argc, char **argv);
int yodel_demo_command      (int argc, char **argv);
int yodel_demo_stun_command (int argc, char **argv);
