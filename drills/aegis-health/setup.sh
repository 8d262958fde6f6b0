# What the model answered when it was trained, and today.
python3 ml/answers.py >ml/reference.csv && cp ml/reference.csv ml/today.csv
