"""Small trainings with a bug each, for `torchlint demo`: programs that know nothing of torchlint."""
